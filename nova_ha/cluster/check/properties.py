# SPDX-License-Identifier: Apache-2.0
"""Traps in the properties of the cluster."""

from collections.abc import Iterator

from nova_ha.cluster.check import duration
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap

LONGEST_RECHECK = 300.0
DEFAULT_RECHECK = 900.0
DEFAULT_ATTEMPTS = 10
FEWEST_ATTEMPTS = 20
PACEMAKER_3 = (3, 20)


@trap
def stonith_disabled(facts: Facts) -> Iterator[Finding]:
    """Nothing is ever fenced."""
    if duration.is_false(facts.cib.properties.get('stonith-enabled')):
        yield Finding(
            Severity.ERROR,
            ('stonith-enabled',),
            'Fencing is switched off.',
            'A lost host is taken for dead without being switched off; '
            'nova-ha is never asked and recovers nothing.',
            'Set stonith-enabled=true.',
        )


@trap
def fencing_one_at_a_time(facts: Facts) -> Iterator[Finding]:
    """A second host waits until the first one is fenced."""
    value = facts.cib.properties.get('concurrent-fencing')
    unset = value is None and facts.cib.feature_set < PACEMAKER_3
    if unset or duration.is_false(value):
        yield Finding(
            Severity.WARNING,
            ('concurrent-fencing',),
            'Nodes are fenced one after the other'
            + (', the default of Pacemaker 2.' if unset else '.'),
            'When a rack fails, its last host waits for all others; one BMC '
            'that does not answer holds all of them up.',
            'Set concurrent-fencing=true.',
        )


@trap
def recheck_interval_long(facts: Facts) -> Iterator[Finding]:
    """A fencing that failed is not tried again for a long time."""
    text = facts.cib.properties.get('cluster-recheck-interval')
    interval = duration.seconds(text, DEFAULT_RECHECK)
    if 0 < interval <= LONGEST_RECHECK:
        return
    given = f'is {text}' if text else 'is 15 min by default'
    yield Finding(
        Severity.WARNING,
        ('cluster-recheck-interval',),
        f'The interval of rechecks {given}.',
        'A host whose fencing failed, its BMC rebooting for instance, is '
        'next tried then; its instances are down that long.',
        'Set cluster-recheck-interval=60s.',
    )


@trap
def fencing_attempts_few(facts: Facts) -> Iterator[Finding]:
    """Pacemaker gives a host up after a short trouble."""
    text = facts.cib.properties.get('stonith-max-attempts', '')
    if text.upper() == 'INFINITY':
        return
    attempts = int(text) if text.isdigit() else DEFAULT_ATTEMPTS
    if attempts < FEWEST_ATTEMPTS:
        yield Finding(
            Severity.WARNING,
            ('stonith-max-attempts',),
            f'Fencing is given up after {attempts} attempts in a row.',
            'They are made at once, one after the other: a trouble of '
            'seconds uses them up, and the next comes with the next recheck.',
            'Set stonith-max-attempts=100.',
        )


@trap
def quorum_ignored(facts: Facts) -> Iterator[Finding]:
    """A minority goes on by itself."""
    ignored = facts.cib.properties.get('no-quorum-policy') == 'ignore'
    if ignored and len(facts.cib.controllers) > 2:
        yield Finding(
            Severity.ERROR,
            ('no-quorum-policy',),
            'Quorum is ignored, though there are three controllers or more.',
            'A controller that is cut off fences the others and the hosts, '
            'and is fenced by them: healthy hosts are powered off.',
            'Remove no-quorum-policy, or set it to stop.',
        )


@trap
def all_in_maintenance(facts: Facts) -> Iterator[Finding]:
    """Pacemaker looks on."""
    for name in ('maintenance-mode', 'stop-all-resources'):
        if duration.is_true(facts.cib.properties.get(name)):
            yield Finding(
                Severity.ERROR,
                (name,),
                f'{name} is on.',
                'Pacemaker starts and watches nothing; a host that fails is '
                'not noticed.',
                f'Remove {name} when the work is done.',
            )


@trap
def startup_fencing_disabled(facts: Facts) -> Iterator[Finding]:
    """A node that was never seen is taken for dead."""
    if not duration.is_false(facts.cib.properties.get('startup-fencing')):
        return
    text = 'Nodes that have not been seen since the start are not fenced.'
    alone = len(facts.cib.controllers) == 1
    stopped = {one.id for one in facts.stopped}
    if alone and facts.connections and stopped >= set(facts.connections):
        yield Finding(
            Severity.NOTE,
            ('startup-fencing',),
            text,
            'It is as well while all connections to hosts are stopped, or '
            'each start of Pacemaker would fence all hosts.',
            'Remove startup-fencing before the connections are started.',
        )
        return
    yield Finding(
        Severity.WARNING,
        ('startup-fencing',),
        text,
        'After a restart of all controllers, a controller that hangs is '
        'taken for dead and its resources start a second time; a host that '
        'cannot be reached is not fenced.',
        'Remove startup-fencing.',
    )


@trap
def stonith_action_off(facts: Facts) -> Iterator[Finding]:
    """Hosts stay off."""
    action = facts.cib.properties.get('stonith-action')
    if action in ('off', 'poweroff'):
        yield Finding(
            Severity.NOTE,
            ('stonith-action',),
            'Nodes are switched off, not rebooted.',
            'A host that was fenced comes back only when somebody powers it '
            'on.',
            'Set stonith-action=reboot to have nova-ha power it on when its '
            'instances run elsewhere.',
        )


@trap
def two_controllers(facts: Facts) -> Iterator[Finding]:
    """Two full members have no majority."""
    if len(facts.cib.controllers) == 2:
        yield Finding(
            Severity.NOTE,
            tuple(node.name for node in facts.cib.controllers),
            'There are two controllers.',
            'When they lose sight of each other, both try to fence the other '
            'one and the hosts; a quorum device decides it without a race.',
            'Add a quorum device (corosync-qdevice) or a third controller.',
        )

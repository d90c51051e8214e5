# SPDX-License-Identifier: Apache-2.0
"""Traps on the controllers: fencer and alert."""

from collections.abc import Iterator
from collections.abc import Sequence

from nova_ha.cluster.check import rules
from nova_ha.cluster.check.cib import Alert
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap

FENCERS = ('ocf:nova-ha:fencer', 'systemd:nova-ha-fencer')
ALERT = 'nova-ha-alert'


def fencers(facts: Facts) -> Sequence[Resource]:
    """Return the resources that run the fencer."""
    return [one for agent in FENCERS for one in facts.cib.of_agent(agent)]


@trap
def fencer_missing(facts: Facts) -> Iterator[Finding]:
    """Nobody looks after the fencer."""
    if not fencers(facts):
        yield Finding(
            Severity.WARNING,
            ('nova-ha-fencer',),
            'Pacemaker does not run the fencer.',
            'Where it has stopped, the controller cannot fence, and nobody '
            'starts it again.',
            'Clone ocf:nova-ha:fencer on the controllers.',
        )


@trap
def fencer_not_on_every_controller(facts: Facts) -> Iterator[Finding]:
    """Fencing may be asked of a controller that has no fencer."""
    for fencer in fencers(facts):
        meta = facts.cib.clones.get(fencer.top)
        most = int(fencer.meta.get('clone-max', len(facts.cib.controllers)))
        missing = [
            node.name
            for node in facts.cib.controllers
            if not rules.may_run(facts.cib, fencer, node)
        ]
        if meta is None or most < len(facts.cib.controllers) or missing:
            yield Finding(
                Severity.ERROR,
                (fencer.id, *missing),
                'The fencer does not run on every controller.',
                'Pacemaker asks any of them to fence; one without a fencer '
                'fails, and the host is fenced later or not at all.',
                'Clone it, without clone-max, and let it run on every '
                'controller.',
            )


@trap
def fencer_on_host(facts: Facts) -> Iterator[Finding]:
    """The fencer holds passwords that no compute host should."""
    found = [
        fencer.id
        for fencer in fencers(facts)
        if any(facts.may_run(fencer, host.node) for host in facts.watched)
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'The fencer may run on compute hosts, too.',
            'It fails there, and where it is set up, a compute host holds '
            'the passwords of all BMCs.',
            'Add a location rule with score=-INFINITY: osprole ne control.',
        )


def _alerts(facts: Facts) -> Sequence[Alert]:
    return [
        alert
        for alert in facts.cib.alerts
        if alert.path.rpartition('/')[2] == ALERT
    ]


@trap
def alert_missing(facts: Facts) -> Iterator[Finding]:
    """nova-ha is not told."""
    if not _alerts(facts):
        yield Finding(
            Severity.WARNING,
            (ALERT,),
            f'No alert calls {ALERT}.',
            'What others fenced, and hosts that return, are found at the '
            'next comparison only ([cluster] reconcile_interval).',
            'Make what "nova-ha-manage pacemaker config" prints.',
        )


@trap
def alert_deaf(facts: Facts) -> Iterator[Finding]:
    """nova-ha is told of some events only, or by a wrong socket."""
    for alert in _alerts(facts):
        missing = sorted({'nodes', 'fencing', 'resources'} - alert.kinds)
        if missing:
            yield Finding(
                Severity.WARNING,
                (alert.path,),
                f'It is not told of {", ".join(missing)}.',
                'These are found at the next comparison only.',
                'Select nodes, fencing and resources.',
            )
        if facts.settings.socket not in alert.recipients:
            yield Finding(
                Severity.WARNING,
                (alert.path,),
                f'Its recipient is not {facts.settings.socket} ([fencer] '
                'socket).',
                'The fencer does not hear of it.',
                'Let the recipient be the socket.',
            )

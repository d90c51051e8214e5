# SPDX-License-Identifier: Apache-2.0
"""Traps in fencing by a hardware watchdog (sbd without a disk)."""

from collections.abc import Iterator

from nova_ha.cluster.check import duration
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.facts import NOVA_HA
from nova_ha.cluster.check.facts import WATCHDOG
from nova_ha.cluster.check.facts import WATCHDOG_ID
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap

FIRST_IN_LEVELS = (3, 17)
"""Feature set of Pacemaker 2.1.6, which counts its time in a level."""


def _device(facts: Facts) -> Resource | None:
    return facts.cib.resources.get(WATCHDOG_ID)


@trap
def watchdog_without_sbd(facts: Facts) -> Iterator[Finding]:
    """Watchdogs are counted on, but sbd does not run."""
    have = facts.cib.properties.get('have-watchdog')
    if facts.watchdog_timeout and not duration.is_true(have):
        yield Finding(
            Severity.ERROR,
            ('stonith-watchdog-timeout', 'have-watchdog'),
            'stonith-watchdog-timeout is set, but sbd does not run on the '
            'controllers.',
            'Pacemaker refuses to run without sbd; a node without a watchdog '
            'is taken for dead while it works on.',
            'Start sbd with a hardware watchdog on every node it is for, or '
            'remove stonith-watchdog-timeout.',
        )


@trap
def watchdog_for_every_node(facts: Facts) -> Iterator[Finding]:
    """Any node is taken for one that resets itself."""
    device = _device(facts)
    listed = device and device.parameters.get('pcmk_host_list')
    if facts.watchdog_timeout and not listed:
        yield Finding(
            Severity.ERROR,
            ('stonith-watchdog-timeout',),
            'Every node, each compute host among them, is taken to reset '
            'itself by its watchdog.',
            'When all other devices fail, a host without sbd is declared '
            'fenced though it works on, and its instances are started a '
            'second time.',
            'Make a stonith resource watchdog of the agent fence_watchdog '
            'whose pcmk_host_list names the nodes that run sbd.',
        )


@trap
def watchdog_misnamed(facts: Facts) -> Iterator[Finding]:
    """Pacemaker ignores the device."""
    for device in facts.cib.of_agent(WATCHDOG):
        if device.id != WATCHDOG_ID or not facts.watchdog_timeout:
            yield Finding(
                Severity.ERROR,
                (device.id,),
                'Pacemaker ignores this device: its id must be watchdog, and '
                'stonith-watchdog-timeout must be set.',
                'Nodes are not fenced by it.',
                f'Name it {WATCHDOG_ID} and set stonith-watchdog-timeout.',
            )


@trap
def watchdog_in_level(facts: Facts) -> Iterator[Finding]:
    """What watchdog fencing in a level needs."""
    found = [
        (host, level)
        for host in facts.watched
        for level in facts.levels(host.node)
        if WATCHDOG_ID in level.devices
    ]
    if not found:
        return
    places = tuple(dict.fromkeys(host.node for host, _ in found))
    if facts.cib.feature_set < FIRST_IN_LEVELS:
        yield Finding(
            Severity.WARNING,
            places,
            'A watchdog is in a fencing level, and Pacemaker is older than '
            '2.1.6.',
            'It does not count the time that the watchdog takes, so that the '
            'level may be given up before the host has reset itself.',
            'Use Pacemaker 2.1.6 or newer.',
        )
    missing = [
        host.node
        for host, level in found
        if NOVA_HA
        not in facts.agents(level)[level.devices.index(WATCHDOG_ID) :]
    ]
    if missing:
        yield Finding(
            Severity.WARNING,
            tuple(dict.fromkeys(missing)),
            'nova-ha does not come after the watchdog in the level.',
            'The host resets itself and starts again: the gate must be shut '
            'before it is back, and only the fencing history tells nova-ha.',
            'Let the level be watchdog, then nova-ha; the driver is external.',
        )


@trap
def watchdog_unused(facts: Facts) -> Iterator[Finding]:
    """Sbd runs, but Pacemaker does not count on it."""
    have = facts.cib.properties.get('have-watchdog')
    if duration.is_true(have) and not facts.watchdog_timeout:
        yield Finding(
            Severity.NOTE,
            ('have-watchdog',),
            'sbd runs, but stonith-watchdog-timeout is not set.',
            'A node that is cut off resets itself, but it counts as fenced '
            'only when another device has fenced it.',
            'This is sound where hosts have power agents.',
        )

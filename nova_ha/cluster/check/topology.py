# SPDX-License-Identifier: Apache-2.0
"""Traps in fencing: who comes before whom."""

from collections.abc import Iterator

from nova_ha.cluster.check.cib import Level
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.facts import NOVA_HA
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap
from nova_ha.recovery.model import Host

EXTERNAL = 'external'


def _levels(facts: Facts) -> Iterator[tuple[Host, Level]]:
    for host in facts.watched:
        for level in facts.levels(host.node):
            yield host, level


def _unique(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


@trap
def host_outside_topology(facts: Facts) -> Iterator[Finding]:
    """Some hosts have levels, others do not."""
    found = [
        host.node for host in facts.watched if not facts.levels(host.node)
    ]
    if found and len(found) < len(facts.watched):
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'The host has no fencing level, though others have.',
            'Pacemaker takes any device that can fence it, perhaps without '
            'nova-ha.',
            'Add its levels.',
        )


@trap
def device_of_level_missing(facts: Facts) -> Iterator[Finding]:
    """A level that can only fail."""
    found = [
        name
        for level in facts.cib.levels
        for name in level.devices
        if name not in facts.cib.resources and name != 'watchdog'
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            _unique(found),
            'A fencing level names this device, which does not exist.',
            'The level always fails.',
            'Make the device or remove it from the level.',
        )


@trap
def external_without_device(facts: Facts) -> Iterator[Finding]:
    """Nothing switches the host off."""
    found = [
        host.node
        for host in facts.watched
        if host.driver == EXTERNAL
        and not any(_others(facts, level) for level in facts.levels(host.node))
        and not _fenced_otherwise(facts, host)
    ]
    alone = [
        host.node
        for host, level in _levels(facts)
        if host.driver == EXTERNAL
        and NOVA_HA in facts.agents(level)
        and not _others(facts, level)
    ]
    if found or alone:
        yield Finding(
            Severity.ERROR,
            _unique(found + alone),
            'nova-ha has the driver external for this host, but is alone in '
            'its fencing level.',
            'NOTHING SWITCHES THE HOST OFF: instances that still run there '
            'are started elsewhere a second time.',
            'Put a power agent before nova-ha in the level, or give the host '
            'a driver of its own in the hosts file.',
        )


def _others(facts: Facts, level: Level) -> bool:
    return any(agent not in (NOVA_HA, '') for agent in facts.agents(level))


def _fenced_otherwise(facts: Facts, host: Host) -> bool:
    """Tell whether levels without nova-ha fence the host.

    Those are found in the fencing history, with the proof that they are.
    """
    return bool(facts.levels(host.node)) and not any(
        NOVA_HA in facts.agents(level) for level in facts.levels(host.node)
    )


@trap
def nova_ha_before_power_agent(facts: Facts) -> Iterator[Finding]:
    """The wrong order in a level."""
    found = []
    for host, level in _levels(facts):
        agents = facts.agents(level)
        if host.driver == EXTERNAL and NOVA_HA in agents:
            place = agents.index(NOVA_HA)
            if place < len(agents) - 1 and agents[-1] != NOVA_HA:
                found.append(host.node)
    if found:
        yield Finding(
            Severity.ERROR,
            _unique(found),
            'nova-ha stands before the power agent in the level, and has the '
            'driver external for this host.',
            'It takes the host for off and evacuates it before it has been '
            'switched off.',
            'Name the power agent first and nova-ha last.',
        )


@trap
def powered_off_twice(facts: Facts) -> Iterator[Finding]:
    """nova-ha and a power agent both switch the host."""
    first: list[str] = []
    later: list[str] = []
    for host, level in _levels(facts):
        if host.driver == EXTERNAL or NOVA_HA not in facts.agents(level):
            continue
        if _others(facts, level):
            (first if level.index <= 1 else later).append(host.node)
    if first:
        yield Finding(
            Severity.NOTE,
            _unique(first),
            'A power agent and nova-ha, by a driver of its own, both switch '
            'this host off.',
            'It takes a little longer, and fails if one of the two fails.',
            'Give the host the driver external, or take the power agent out '
            'of the level.',
        )
    if later:
        yield Finding(
            Severity.WARNING,
            _unique(later),
            'nova-ha, by a driver of its own, is also in a later level.',
            'That level is tried when the BMC has failed, and nova-ha needs '
            'that BMC: the level fails, too.',
            'Take nova-ha out of the later level (it finds the power-off in '
            'the fencing history), or give the host a second power device in '
            'the hosts file.',
        )


@trap
def nova_ha_in_no_level(facts: Facts) -> Iterator[Finding]:
    """nova-ha is not asked for this host."""
    found = [
        host.node
        for host in facts.watched
        if facts.levels(host.node)
        and not any(
            NOVA_HA in facts.agents(level) for level in facts.levels(host.node)
        )
    ]
    if found and facts.nova_ha:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'nova-ha is in no fencing level of this host.',
            'Its failure is found in the fencing history only, some seconds '
            'later, and the host may come back before the gate is shut.',
            'Add nova-ha to the level, last.',
        )

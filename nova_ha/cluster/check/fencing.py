# SPDX-License-Identifier: Apache-2.0
"""Traps in fencing: the devices."""

from collections.abc import Iterator

from nova_ha.cluster.check import duration
from nova_ha.cluster.check import rules
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap

DEFAULT_STONITH_TIMEOUT = 60.0
MONITOR = 15.0
"""Seconds in which fence_nova_ha ends its monitor, list and status."""

PLACEHOLDER = 'REPLACE-ME'


@trap
def node_without_device(facts: Facts) -> Iterator[Finding]:
    """A host that nobody fences."""
    found = [
        host.node
        for host in facts.watched
        if not facts.may_be_fenced(host.node)
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'No stonith resource can fence this host.',
            'When it fails, it is never fenced and never recovered.',
            'Make a stonith resource of the agent fence_nova_ha without '
            'pcmk_host_list, or add the host to it.',
        )


@trap
def controller_without_device(facts: Facts) -> Iterator[Finding]:
    """A controller that nobody fences."""
    controllers = facts.cib.controllers
    found = [
        node.name for node in controllers if not facts.may_be_fenced(node.name)
    ]
    if found and len(controllers) > 1:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'No stonith resource can fence this controller.',
            'When it fails, its resources and the connections that it holds '
            'are not started elsewhere: hosts are no longer watched.',
            'Make a stonith resource for the controllers; nova-ha fences '
            'compute hosts only.',
        )


@trap
def nova_ha_device_missing(facts: Facts) -> Iterator[Finding]:
    """nova-ha is never asked."""
    if not facts.nova_ha:
        yield Finding(
            Severity.ERROR,
            ('fence_nova_ha',),
            'There is no stonith resource of the agent fence_nova_ha.',
            'nova-ha learns of a failure only from the fencing history, and '
            'not before another device has fenced the host.',
            'Make what "nova-ha-manage pacemaker config" prints.',
        )


@trap
def asked_whom_it_fences(facts: Facts) -> Iterator[Finding]:
    """The list of hosts comes from the fencer."""
    for device in facts.nova_ha:
        named = {'pcmk_host_list', 'pcmk_host_map'} & set(device.parameters)
        if not named:
            yield Finding(
                Severity.NOTE,
                (device.id,),
                'It asks the fencer whom it can fence (dynamic-list).',
                'While the fencer of a controller is down, fencing that this '
                'controller has a part in waits some seconds for the answer, '
                'whichever device is to do it.',
                'Name the hosts in pcmk_host_list, as "nova-ha-manage '
                'pacemaker config" does.',
            )


@trap
def rack_fenced_one_by_one(facts: Facts) -> Iterator[Finding]:
    """One device, one action at a time."""
    for device in facts.nova_ha:
        text = device.parameters.get('pcmk_action_limit', '1')
        limit = int(text) if text.lstrip('-').isdigit() else 1
        if 0 <= limit < len(facts.watched):
            yield Finding(
                Severity.WARNING,
                (device.id,),
                f'It fences {limit} of {len(facts.watched)} hosts at a time '
                '(pcmk_action_limit).',
                'When a rack fails, its last host waits for all others.',
                'Set pcmk_action_limit=-1.',
            )


def _limit(facts: Facts, device: Resource) -> float:
    """Return how long Pacemaker gives the agent, in seconds."""
    usual = duration.seconds(
        facts.cib.properties.get('stonith-timeout'), DEFAULT_STONITH_TIMEOUT
    )
    return min(
        duration.seconds(device.parameters.get(name), usual)
        for name in ('pcmk_off_timeout', 'pcmk_reboot_timeout')
    )


def _agent_timeout(facts: Facts, device: Resource) -> float:
    return duration.seconds(
        device.parameters.get('timeout'), facts.settings.agent_timeout
    )


@trap
def agent_cut_off(facts: Facts) -> Iterator[Finding]:
    """Pacemaker is less patient than the agent."""
    for device in facts.nova_ha:
        timeout, limit = _agent_timeout(facts, device), _limit(facts, device)
        if timeout >= limit:
            yield Finding(
                Severity.ERROR,
                (device.id,),
                f'Its timeout is {duration.shown(timeout)}, but Pacemaker '
                f'ends it after {duration.shown(limit)} (pcmk_off_timeout '
                'and pcmk_reboot_timeout, or stonith-timeout).',
                'The agent is killed before it has said what is wrong, and '
                'Pacemaker then pauses until the next recheck.',
                'Let timeout be 5 s below pcmk_off_timeout and '
                'pcmk_reboot_timeout.',
            )


@trap
def agent_gives_up_early(facts: Facts) -> Iterator[Finding]:
    """The agent is less patient than the power driver."""
    for device in facts.nova_ha:
        timeout = _agent_timeout(facts, device)
        for name, needed in (
            ('[power] attempt_timeout', facts.settings.attempt_timeout),
            ('[fencer] fence_timeout', facts.settings.fence_timeout),
        ):
            if timeout < needed:
                yield Finding(
                    Severity.WARNING,
                    (device.id,),
                    f'Its timeout is {duration.shown(timeout)}, less than '
                    f'{name} ({duration.shown(needed)}).',
                    'A power-off that needs a second attempt is reported as '
                    'failed.',
                    f'Raise timeout above {name}, and pcmk_off_timeout and '
                    'pcmk_reboot_timeout with it.',
                )


@trap
def monitor_cut_off(facts: Facts) -> Iterator[Finding]:
    """The agent's monitor is killed before it tells what is wrong."""
    for device in facts.nova_ha:
        monitor = device.operation('monitor')
        own = device.parameters.get('pcmk_monitor_timeout')
        limits = [duration.seconds(own, DEFAULT_STONITH_TIMEOUT)]
        if monitor and monitor.timeout is not None:
            limits.append(monitor.timeout)
        if min(limits) < MONITOR:
            yield Finding(
                Severity.WARNING,
                (device.id,),
                f'Its monitor is ended after {duration.shown(min(limits))}.',
                'While a controller is busy, the device counts as failed and '
                'is restarted; nobody is told why.',
                'Set pcmk_monitor_timeout=20s and the same for the monitor '
                'operation.',
            )


@trap
def unfencing(facts: Facts) -> Iterator[Finding]:
    """Unfencing powers hosts on and stops everything."""
    found = [
        resource.id
        for resource in facts.cib.resources.values()
        if 'unfencing'
        in (resource.meta.get('provides'), resource.meta.get('requires'))
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'It provides or requires unfencing.',
            'Every resource then waits for the unfencing of its node, the '
            'controllers too; and unfencing powers a host on while its '
            'instances are started elsewhere.',
            'Remove provides and requires; the gate is what holds a host '
            'back.',
        )


@trap
def device_nowhere(facts: Facts) -> Iterator[Finding]:
    """A stonith resource pinned to compute hosts."""
    found = [
        device.id
        for device in facts.cib.fencing
        if not any(
            rules.may_run(facts.cib, device, node)
            for node in facts.cib.controllers
        )
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'The location rules let this stonith resource run on no '
            'controller.',
            'Remote nodes fence nobody: the device cannot be used.',
            'Remove the location rules on it.',
        )


@trap
def device_switched_off(facts: Facts) -> Iterator[Finding]:
    """A stonith resource that is stopped is not used at all."""
    found = [
        device.id
        for device in facts.cib.fencing
        if device.meta.get('target-role', '').lower() == 'stopped'
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'The stonith resource is stopped (target-role).',
            'Pacemaker fences nobody with it.',
            'Remove the meta attribute target-role.',
        )


@trap
def password_left_out(facts: Facts) -> Iterator[Finding]:
    """The placeholder of a configuration that was printed."""
    found = [
        device.id
        for device in facts.cib.fencing
        if PLACEHOLDER in device.parameters.values()
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            f'A parameter is still {PLACEHOLDER}.',
            'The device cannot log in, so it fences nobody.',
            'Set the real password.',
        )

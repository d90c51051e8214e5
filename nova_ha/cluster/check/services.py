# SPDX-License-Identifier: Apache-2.0
"""Traps in the services of compute hosts, except for the gate."""

from collections.abc import Iterator
from collections.abc import Sequence

from nova_ha.cluster.check import duration
from nova_ha.cluster.check import rules
from nova_ha.cluster.check.cib import Link
from nova_ha.cluster.check.cib import REMOTE
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.controllers import FENCERS
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap

ELSEWHERE = (REMOTE, *FENCERS)
"""Agents whose place other checks look at."""

FENCED_AT_START = (
    'But when Pacemaker itself is started anew, on all controllers, it '
    'fences such a host.'
)

UNFENCED = ('block', 'ignore', 'stop', 'demote', 'restart', 'standby')


@trap
def compute_resource_missing(facts: Facts) -> Iterator[Finding]:
    """nova-ha looks for a resource of another name."""
    if facts.compute is None:
        yield Finding(
            Severity.ERROR,
            (facts.settings.compute_resource,),
            'There is no such resource.',
            'nova-ha does not see whether nova-compute runs on a host and '
            'takes no host back.',
            'Set [cluster] compute_resource to the primitive that runs '
            'nova-compute, or make it.',
        )


@trap
def compute_not_cloned(facts: Facts) -> Iterator[Finding]:
    """nova-compute runs on one host only."""
    if facts.compute and facts.compute.top not in facts.cib.clones:
        yield Finding(
            Severity.ERROR,
            (facts.compute.id,),
            'nova-compute is no clone.',
            'It runs on one host at a time.',
            'Clone it, with interleave=true.',
        )


@trap
def clone_not_interleaved(facts: Facts) -> Iterator[Finding]:
    """One host's trouble is everybody's."""
    tops = dict.fromkeys(one.top for one in facts.services)
    found = [
        top
        for top in tops
        if top in facts.cib.clones
        and not duration.is_true(facts.cib.clones[top].get('interleave'))
    ]
    if found and len(tops) > 1:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'The clone is not interleaved.',
            'When a service fails on one host, what depends on it is '
            'restarted on all hosts.',
            'Set the meta attribute interleave=true.',
        )


def _same(link: Link, one: Resource, other: Resource) -> bool:
    return link.first in (one.id, *one.outer) and link.then in (
        other.id,
        *other.outer,
    )


def _linked(
    links: Sequence[Link], one: Resource, others: Sequence[Resource]
) -> set[str]:
    """Return the tops of the services that a strict rule ties to this one."""
    return {
        other.top
        for other in others
        for link in links
        if link.strict and (_same(link, one, other) or _same(link, other, one))
    }


@trap
def service_without_order(facts: Facts) -> Iterator[Finding]:
    """A service outside the chain."""
    chain = facts.services
    found = [
        one.id
        for one in chain
        if len({other.top for other in chain}) > 1
        and not _linked(facts.cib.orders, one, chain) - {one.top}
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'No mandatory order ties this service to the others.',
            'nova-compute starts before what it needs, and is not restarted '
            'with it.',
            'Order the clones: agent of the network, then the others, then '
            'nova-compute.',
        )


@trap
def order_without_colocation(facts: Facts) -> Iterator[Finding]:
    """A service runs where the one before does not."""
    chain = facts.services
    found = []
    for one in chain:
        ordered = _linked(facts.cib.orders, one, chain)
        together = _linked(facts.cib.colocations, one, chain)
        missing = ordered - together - {one.top}
        if missing:
            found.append(one.id)
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'These services are ordered, but not colocated with INFINITY.',
            'nova-compute starts on a host where a service that it needs '
            'has failed, and nova places instances there.',
            'Colocate each clone with the one before it.',
        )


@trap
def stop_failure_not_fenced(facts: Facts) -> Iterator[Finding]:
    """A service that cannot be stopped is left as it is."""
    for service in facts.services:
        stop = service.operation('stop')
        on_fail = stop.on_fail if stop else ''
        if on_fail in UNFENCED:
            yield Finding(
                Severity.ERROR,
                (service.id,),
                f'Its stop operation has on-fail={on_fail}.',
                'When it cannot be stopped, it goes on working on its '
                'instances, and neither is the host fenced nor are they '
                'recovered.',
                'Set on-fail=fence for the stop operation.',
            )
        elif not on_fail and service is facts.compute:
            yield Finding(
                Severity.NOTE,
                (service.id,),
                'Its stop operation does not say on-fail=fence.',
                'That is the default as long as stonith-enabled is true.',
                'Say on-fail=fence.',
            )


@trap
def service_not_watched(facts: Facts) -> Iterator[Finding]:
    """A service that dies is not noticed."""
    found = [
        one.id for one in facts.services if one.operation('monitor') is None
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'The service has no monitor operation.',
            'When it dies or hangs, Pacemaker does not notice.',
            'Add a monitor operation with interval=10s timeout=30s.',
        )


@trap
def start_failure_for_ever(facts: Facts) -> Iterator[Finding]:
    """A service that failed to start once stays away."""
    found = [
        one.id
        for one in facts.services
        if not duration.seconds(one.meta.get('failure-timeout'))
    ]
    if found:
        yield Finding(
            Severity.NOTE,
            tuple(found),
            'The service has no failure-timeout.',
            'When it has failed to start on a host, it is not tried again '
            'there until somebody cleans up.',
            'Set the meta attribute failure-timeout=60s.',
        )


@trap
def unmanaged(facts: Facts) -> Iterator[Finding]:
    """Pacemaker leaves something alone."""
    watched = [
        *facts.services,
        *facts.connections.values(),
        *facts.nova_ha,
    ]
    found = [
        one.id
        for one in watched
        if duration.is_false(one.meta.get('is-managed'))
        or duration.is_true(one.meta.get('maintenance'))
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'The resource is not managed (is-managed or maintenance).',
            'Pacemaker does not act when it or its host fails.',
            'Remove the meta attribute when the work is done.',
        )


@trap
def stopped_by_hand(facts: Facts) -> Iterator[Finding]:
    """Planned work, or what was forgotten after it."""
    kept = duration.is_false(facts.cib.properties.get('startup-fencing'))
    if facts.stopped:
        yield Finding(
            Severity.NOTE,
            tuple(one.id for one in facts.stopped),
            'The resource is stopped by hand (target-role).',
            'A host whose connection is stopped may be switched off without '
            'being fenced; it is not watched.'
            + ('' if kept else ' ' + FENCED_AT_START),
            'Remove target-role when the work is done.',
        )


@trap
def runs_on_both_kinds(facts: Facts) -> Iterator[Finding]:
    """Control services on hosts, or compute services on controllers."""
    found = []
    for resource in facts.cib.resources.values():
        if resource.agent in ELSEWHERE or resource in facts.cib.fencing:
            continue
        here = any(
            facts.may_run(resource, host.node) for host in facts.watched
        )
        there = any(
            rules.may_run(facts.cib, resource, node)
            for node in facts.cib.controllers
        )
        if here and there:
            found.append(resource.id)
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'The resource may run on controllers and on compute hosts.',
            'A control service moves to a compute host and is lost with it, '
            'or a compute service starts on a controller.',
            'Add location rules on osprole (ne control, ne compute) and give '
            'every node that permanent attribute.',
        )


@trap
def service_kept_away(facts: Facts) -> Iterator[Finding]:
    """A host where a service can never start."""
    by_services: dict[tuple[str, ...], list[str]] = {}
    for host in facts.watched:
        away = tuple(
            one.id
            for one in facts.services
            if not facts.may_run(one, host.node)
        )
        by_services.setdefault(away, []).append(host.node)
    by_services.pop((), None)
    for services, nodes in by_services.items():
        yield Finding(
            Severity.ERROR,
            tuple(nodes),
            f'{", ".join(services)} may not run on this host, though its '
            'gate is open.',
            'The host serves no instances.',
            'Give it the permanent node attribute osprole=compute, or '
            'correct the location rules.',
        )

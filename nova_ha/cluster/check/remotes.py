# SPDX-License-Identifier: Apache-2.0
"""Traps in the connections to the hosts."""

from collections.abc import Iterator
from collections.abc import Sequence

from nova_ha.cluster.check import duration
from nova_ha.cluster.check import rules
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap

SLOWEST = 60.0
"""Seconds in which a silent host should have been noticed."""

HASTIEST = 5.0
"""Seconds that a busy host may take to answer."""

LONGEST_CONNECT = 10.0
"""Seconds that a try to reach a host that is off should take at most."""

DEFAULT_TIMEOUT = 20.0
"""Pacemaker's, for an operation that says nothing."""


def _ids(resources: Sequence[Resource]) -> tuple[str, ...]:
    return tuple(resource.id for resource in resources)


@trap
def reconnect_interval_missing(facts: Facts) -> Iterator[Finding]:
    """A host that returns is not taken back."""
    found = [
        one
        for one in facts.connections.values()
        if not duration.seconds(one.parameters.get('reconnect_interval'))
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            _ids(found),
            'The connection has no reconnect_interval.',
            'After the host was fenced, Pacemaker tries to reach it once; '
            'when it returns later, it stays away until somebody cleans up.',
            'Set reconnect_interval=30s.',
        )


@trap
def connection_not_watched(facts: Facts) -> Iterator[Finding]:
    """The loss of a host is not noticed."""
    found = [
        one
        for one in facts.connections.values()
        if one.operation('monitor') is None
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            _ids(found),
            'The connection has no monitor operation.',
            'A host that goes silent is not noticed.',
            'Add a monitor operation with interval=10s timeout=15s.',
        )


def _worst(connection: Resource) -> tuple[float, float]:
    """Return interval and timeout of the monitor, in seconds."""
    monitor = connection.operation('monitor')
    if monitor is None:
        return 0.0, DEFAULT_TIMEOUT
    if monitor.timeout is None:
        return monitor.interval, DEFAULT_TIMEOUT
    return monitor.interval, monitor.timeout


@trap
def detection_slow(facts: Facts) -> Iterator[Finding]:
    """A silent host is noticed late."""
    found = [
        one for one in facts.connections.values() if sum(_worst(one)) > SLOWEST
    ]
    if found:
        worst = max(sum(_worst(one)) for one in found)
        yield Finding(
            Severity.WARNING,
            _ids(found),
            'It takes up to '
            f'{duration.shown(worst)} until a silent host is noticed '
            '(interval and timeout of the monitor).',
            'Its instances are down that long before anything happens.',
            'Set interval=10s timeout=15s.',
        )


@trap
def detection_hasty(facts: Facts) -> Iterator[Finding]:
    """A busy host is taken for a dead one."""
    found = [
        one for one in facts.connections.values() if _worst(one)[1] < HASTIEST
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            _ids(found),
            f'The monitor gives a host less than {HASTIEST:g} s to answer.',
            'One late answer is enough to fence it: a busy host or network '
            'loses all of its instances.',
            'Set interval=10s timeout=15s.',
        )


@trap
def connecting_holds_up(facts: Facts) -> Iterator[Finding]:
    """A host that is off holds up the fencing of another."""
    found = [
        one
        for one in facts.connections.values()
        if _connect_timeout(one) > LONGEST_CONNECT
    ]
    if found:
        worst = max(_connect_timeout(one) for one in found)
        yield Finding(
            Severity.WARNING,
            _ids(found),
            f'A try to reach the host may take {duration.shown(worst)} '
            '(timeout of start).',
            'While Pacemaker tries to reach a host that is off, it fences no '
            'other that has just failed.',
            'Set op start timeout=8s, and reconnect_interval=30s.',
        )


def _connect_timeout(connection: Resource) -> float:
    start = connection.operation('start')
    if start is None or start.timeout is None:
        return DEFAULT_TIMEOUT
    return start.timeout


@trap
def connection_nowhere(facts: Facts) -> Iterator[Finding]:
    """A connection needs a controller to run on."""
    found = [
        one
        for one in facts.connections.values()
        if not any(
            rules.may_run(facts.cib, one, node)
            for node in facts.cib.controllers
        )
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            _ids(found),
            'The connection may run on no controller.',
            'The host is never reached.',
            'Give the controllers the permanent node attribute '
            'osprole=control, or correct the location rules.',
        )


@trap
def controller_holds_no_connection(facts: Facts) -> Iterator[Finding]:
    """The loss of one controller cuts hosts off."""
    controllers = facts.cib.controllers
    if len(controllers) < 2:
        return
    found = [
        one
        for one in facts.connections.values()
        if sum(rules.may_run(facts.cib, one, node) for node in controllers)
        == 1
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            _ids(found),
            'The connection may run on one controller only.',
            'When that controller fails, nobody watches the host.',
            'Let it run on every controller.',
        )


@trap
def node_out_of_service(facts: Facts) -> Iterator[Finding]:
    """A node was taken out by hand."""
    for name, what in (
        ('maintenance', 'Pacemaker starts, stops and watches nothing there'),
        ('standby', 'nothing may run there'),
    ):
        found = [
            node.name
            for node in facts.cib.nodes.values()
            if duration.is_true(node.attributes.get(name))
        ]
        if found:
            yield Finding(
                Severity.NOTE,
                tuple(found),
                f'The node is in {name}.',
                f'As long as it is, {what}.',
                f'Remove the node attribute {name} when the work is done.',
            )


@trap
def gate_left_shut(facts: Facts) -> Iterator[Finding]:
    """A host is being recovered, or was forgotten."""
    found = [
        node.name
        for node in facts.cib.nodes.values()
        if node.attributes.get(facts.settings.gate)
    ]
    if found:
        yield Finding(
            Severity.NOTE,
            tuple(found),
            f'The gate ({facts.settings.gate}) is not open.',
            'The services of the host are held back while its instances are '
            'started elsewhere. The fencer opens it.',
            '"nova-ha-manage recovery list" shows what it waits for.',
        )

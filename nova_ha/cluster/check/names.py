# SPDX-License-Identifier: Apache-2.0
"""Traps in names: Pacemaker's, the hosts file's and nova's."""

from collections.abc import Iterable
from collections.abc import Iterator

from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap


def _short(name: str) -> str:
    return name.partition('.')[0].lower()


def _namesake(name: str, others: Iterable[str]) -> str:
    """Return what differs from a name in its domain or case only, or ''."""
    return next(
        (
            other
            for other in others
            if other != name and _short(other) == _short(name)
        ),
        '',
    )


@trap
def domain_differs(facts: Facts) -> Iterator[Finding]:
    """A short name here, a long one there."""
    nodes = {host.node for host in facts.hosts}
    for host in facts.hosts:
        if host.node in facts.connections:
            continue
        other = _namesake(host.node, set(facts.connections) - nodes)
        if other:
            yield Finding(
                Severity.ERROR,
                (host.name,),
                f'The hosts file calls the node {host.node}, Pacemaker '
                f'calls it {other}.',
                'nova-ha does not list it, so Pacemaker finds no device that '
                'fences it.',
                f'Give {host.name} the key node: {other} in the hosts file.',
            )


@trap
def host_not_watched(facts: Facts) -> Iterator[Finding]:
    """Pacemaker does not know a host."""
    nodes = {host.node for host in facts.hosts}
    found = [
        host.node
        for host in facts.hosts
        if host.node not in facts.connections
        and not _namesake(host.node, set(facts.connections) - nodes)
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'Pacemaker has no connection to this host of the hosts file.',
            'When it fails, nobody notices.',
            'Make what "nova-ha-manage pacemaker config" prints for it, or '
            'remove it from the hosts file.',
        )


@trap
def node_not_in_hosts_file(facts: Facts) -> Iterator[Finding]:
    """nova-ha does not know a host."""
    nodes = {host.node for host in facts.hosts}
    unwatched = nodes - set(facts.connections)
    found = [
        name
        for name in facts.connections
        if name not in nodes and not _namesake(name, unwatched)
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'The hosts file does not name this remote node.',
            'nova-ha refuses to fence it and cannot recover its instances.',
            'Add it to the hosts file and reload the fencers.',
        )


@trap
def host_unknown_to_nova(facts: Facts) -> Iterator[Finding]:
    """A name that nova does not have."""
    if facts.nova is None:
        return
    for host in facts.hosts:
        if host.name in facts.nova:
            continue
        other = _namesake(host.name, facts.nova)
        yield Finding(
            Severity.ERROR,
            (host.name,),
            f'Nova knows no nova-compute on host {host.name}'
            + (f', but one on {other}.' if other else '.'),
            'When it fails it is powered off, but nova cannot be told and no '
            'instance is evacuated.',
            f'Give it the name {other} in the hosts file.'
            if other
            else 'Take its name from "openstack compute service list".',
        )


@trap
def nova_host_not_covered(facts: Facts) -> Iterator[Finding]:
    """A host that nobody recovers."""
    if facts.nova is None:
        return
    names = {host.name for host in facts.hosts}
    found = [
        name
        for name in facts.nova
        if name not in names and not _namesake(name, names - set(facts.nova))
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'The hosts file does not name this host of nova.',
            'When it fails, its instances stay down.',
            'Add it to the hosts file and to Pacemaker.',
        )

# SPDX-License-Identifier: Apache-2.0
"""A host as nova, Pacemaker, the hosts file and nova-ha have it; pure."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery import protection
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.protection import Facts
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState


@dataclasses.dataclass(frozen=True, slots=True)
class NovaPart:
    """Nova's record of a host's nova-compute.

    :ivar state: ``up`` or ``down``, forced down included.
    :ivar status: ``enabled`` or ``disabled``.
    :ivar instances: how many nova places there; None where that was not
        asked.
    """

    state: str
    status: str
    forced_down: bool
    disabled_reason: str | None
    zone: str
    instances: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterPart:
    """What Pacemaker has of a host.

    :ivar state: ``online``, ``offline`` or ``unclean``.
    :ivar gate: ``open``, ``shut`` or ``ajar``.
    :ivar fencing: the last attempt on its power that is over; None where
        the history has none.
    """

    state: str
    gate: str
    fencing: NodeFence | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class RecoveryPart:
    """The active recovery of a host."""

    uuid: str
    state: RecoveryState


@dataclasses.dataclass(frozen=True, slots=True)
class HostReport:
    """All of a host, side by side.

    :ivar node: Pacemaker's name; None where neither the hosts file nor
        Pacemaker has one.
    :ivar nova: None where nova shows none, or is away.
    :ivar cluster: None where Pacemaker knows none, is away, or is not used.
    :ivar power: None: it takes a question to the BMC, which is another.
    :ivar why: why it is not protected, and what to do; see
        :mod:`.protection`.
    """

    name: str
    node: str | None
    drivers: tuple[str, ...]
    reserved: bool
    nova: NovaPart | None
    cluster: ClusterPart | None
    power: PowerState | None
    recovery: RecoveryPart | None
    protected: bool
    why: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Sources:
    """What was read of everybody, for all hosts at once.

    :ivar services: nova's records by host; None where nova is away.
    :ivar view: None where Pacemaker is away or is not used.
    :ivar recoveries: the active ones by host; None where the store is away.
    :ivar loans: open ones, by spare.
    """

    hosts: Sequence[Host]
    services: Mapping[str, ComputeService] | None = None
    nova_away: str = ''
    has_cluster: bool = True
    view: ClusterView | None = None
    cluster_away: str = ''
    recoveries: Mapping[str, Recovery] | None = None
    store_away: str = ''
    loans: Mapping[str, Loan] = dataclasses.field(default_factory=dict)
    standing: Standing = ARMED


def every(sources: Sources) -> Sequence[HostReport]:
    """Return the hosts of the hosts file, then those that it lacks.

    Of the cluster's nodes those are hosts that run pacemaker_remote, or
    nova-compute; the controllers are none.
    """
    return [_report(facts) for facts in _facts(sources)]


def one(sources: Sources, name: str) -> HostReport | None:
    """Return the host of this name, nova's or Pacemaker's, if there is one."""
    found = [r for r in every(sources) if name in (r.name, r.node)]
    exact = [r for r in found if r.name == name]
    return next(iter(exact or found), None)


def _facts(sources: Sources) -> Iterator[Facts]:
    nodes = set()
    names = set()
    for host in sources.hosts:
        nodes.add(host.node)
        names.add(host.name)
        yield _of(sources, host.name, host.node, host)
    services = sources.services or {}
    for name in sorted(services.keys() - names):
        names.add(name)
        nodes.add(name)
        yield _of(sources, name, name, None)
    for node in sorted(_nodes(sources), key=lambda node: node.name):
        if node.name not in nodes | names:
            yield _of(sources, node.name, node.name, None)


def _nodes(sources: Sources) -> Iterator[ClusterNode]:
    for node in sources.view.nodes.values() if sources.view else ():
        known = node.online and not node.unclean and node.compute_known
        if node.remote or (known and node.compute_active):
            yield node


def _of(sources: Sources, name: str, node: str, host: Host | None) -> Facts:
    services, view = sources.services or {}, sources.view
    return Facts(
        name=name,
        host=host,
        service=services.get(name),
        nova_away=sources.nova_away,
        has_cluster=sources.has_cluster,
        node=view.nodes.get(node) if view else None,
        cluster_away=sources.cluster_away,
        fence=protection.last_fence(view.fences, node) if view else None,
        recovery=(sources.recoveries or {}).get(name),
        store_away=sources.store_away,
        loan=sources.loans.get(name),
        standing=sources.standing,
    )


def _report(facts: Facts) -> HostReport:
    found = protection.judge(facts)
    host, node, recovery = facts.host, facts.node, facts.recovery
    in_cluster = node.name if node else None
    return HostReport(
        name=facts.name,
        node=host.node if host else in_cluster,
        drivers=host.drivers if host else (),
        reserved=bool(host and host.reserved),
        nova=_nova(facts.service),
        cluster=_cluster(node, facts.fence),
        power=None,
        recovery=RecoveryPart(recovery.uuid, recovery.state)
        if recovery
        else None,
        protected=found.protected,
        why=found.why,
    )


def _nova(service: ComputeService | None) -> NovaPart | None:
    if service is None:
        return None
    return NovaPart(
        state='up' if service.up else 'down',
        status='disabled' if service.disabled else 'enabled',
        forced_down=service.forced_down,
        disabled_reason=service.disabled_reason,
        zone=service.zone,
    )


def _cluster(
    node: ClusterNode | None, fence: NodeFence | None
) -> ClusterPart | None:
    if node is None:
        return None
    state = 'online' if node.online else 'offline'
    return ClusterPart(
        state='unclean' if node.unclean else state,
        gate=node.gate.name.lower(),
        fencing=fence,
    )

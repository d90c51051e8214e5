# SPDX-License-Identifier: Apache-2.0
"""Pacemaker as it was measured (2.1.5): slow to miss a node, quick to fence.

It starts nova-compute on every node that is online and whose gate is not
shut, and stops it a moment after a gate is. What comes back was away: a node
that left without a word is fenced before it may join again.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import datetime

from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.states import Gate
from tests.simulator.hosts import SimHost
from tests.simulator.ledger import Ledger
from tests.simulator.nova import SimNova
from tests.simulator.timeline import Timeline

BOOT = 12.0
"""Seconds; longer than the watch of the power takes to see it on."""

DETECT = 5.0
JOIN = 1.0
PROBE = 1.5
START = 0.5
STOP = 1.0
TRY_AGAIN = 10.0

Fencer = Callable[[str], bool]


@dataclasses.dataclass
class SimNode:
    """A node.

    :ivar compute: unknown, stopped, starting, active or stopping.
    :ivar epoch: grows whenever the machine dies or boots.
    """

    host: SimHost
    name: str
    online: bool = True
    unclean: bool = False
    gate: Gate = Gate.OPEN
    compute: str = 'active'
    epoch: int = 0
    booted: bool = True
    fencing: bool = False
    stopped_on_purpose: bool = False
    gates: list[tuple[datetime.datetime, Gate]] = dataclasses.field(
        default_factory=list
    )

    def seen(self) -> ClusterNode:
        return ClusterNode(
            name=self.name,
            remote=True,
            online=self.online,
            unclean=self.unclean,
            gate=self.gate,
            compute_active=self.unclean
            or (self.online and self.compute != 'stopped'),
        )


class SimCluster:
    """Satisfies :class:`nova_ha.recovery.ports.Cluster`.

    :ivar fence_by: fences a host for Pacemaker; whether that succeeded.
    :ivar may_open: whether the host's recovery lets evacuations be.
    """

    def __init__(
        self,
        hosts: Mapping[str, SimHost],
        nova: SimNova,
        timeline: Timeline,
        ledger: Ledger,
    ) -> None:
        self._nova = nova
        self._timeline = timeline
        self._ledger = ledger
        self.quorate = True
        self.history: list[NodeFence] = []
        self.fence_by: Fencer = lambda _host: False
        self.may_open: Callable[[str], bool] = lambda _host: True
        self.nodes = {
            name: SimNode(host, f'node-{name}') for name, host in hosts.items()
        }
        for name, host in hosts.items():
            host.changed = lambda name=name: self._changed(self.nodes[name])

    # The port.

    def look(self) -> ClusterView:
        return ClusterView(
            quorate=self.quorate,
            nodes={n.name: n.seen() for n in self.nodes.values()},
            fences=list(self.history),
        )

    def set_gate(self, node: str, gate: Gate) -> None:
        found = self._named(node)
        self._ledger.act(f'gate_{gate.value or "open"}', found.host.name)
        if gate is not Gate.SHUT:
            self._require_quiet(found, gate)
        found.gate = gate
        found.gates.append((self._timeline.now(), gate))
        self._soon(found, 0.1)

    def _named(self, name: str) -> SimNode:
        return next(n for n in self.nodes.values() if n.name == name)

    def _require_quiet(self, node: SimNode, gate: Gate) -> None:
        """Nothing of nova may start there while nova is at work."""
        host = node.host.name
        live = self._nova.at_work(host)
        if live and not self.may_open(host):
            self._ledger.break_promise(
                3, f'the gate of {host} is {gate.name} with {live} at work'
            )

    # What Pacemaker does.

    def _changed(self, node: SimNode) -> None:
        """The machine has died, or is being booted."""
        node.epoch += 1
        epoch = node.epoch
        node.booted = False
        if node.online:
            self._timeline.after(DETECT, lambda: self._missed(node))
        if node.host.on and not node.host.panicked:
            self._timeline.after(BOOT, lambda: self._booted(node, epoch))

    def _missed(self, node: SimNode) -> None:
        if not node.online or node.stopped_on_purpose:
            return
        node.online = False
        node.unclean = True
        node.compute = 'unknown'
        self._fence(node)

    def lose(self, host: str) -> None:
        """The node's connection breaks; the machine runs on."""
        node = self.nodes[host]
        self._timeline.after(DETECT, lambda: self._missed(node))

    def _fence(self, node: SimNode) -> None:
        if node.unclean and not node.fencing:
            node.fencing = True
            try:
                done = self.fence_by(node.host.name)
            finally:
                node.fencing = False
            if node.unclean:
                self._fenced(node, done)
            elif not done:
                # Overtaken by a person's word; written down all the same.
                self.note_fence(node.host.name, done)

    def _fenced(self, node: SimNode, done: bool) -> None:
        self.note_fence(node.host.name, done)
        if done:
            return
        self._timeline.after(TRY_AGAIN, lambda: self._fence(node))

    def note_fence(
        self,
        host: str,
        done: bool = True,
        action: str = 'off',
        by: str = 'ctl1',
        client: str = 'pacemaker-controld',
    ) -> None:
        """Write a fence down; one that succeeded makes the node clean."""
        node = self.nodes[host]
        at = self._timeline.now().replace(microsecond=0)
        self.history.append(NodeFence(node.name, action, done, at, by, client))
        if done:
            node.unclean = node.online = False
            node.compute = 'stopped'
            self._rejoin(node)

    def confirm(self, host: str) -> None:
        """``stonith_admin --confirm``."""
        self.note_fence(host, by='a human', client='stonith_admin')

    def _booted(self, node: SimNode, epoch: int) -> None:
        if node.epoch == epoch:
            node.booted = True
            self._rejoin(node)

    def _rejoin(self, node: SimNode) -> None:
        epoch = node.epoch
        self._timeline.after(JOIN, lambda: self._join(node, epoch))

    def _join(self, node: SimNode, epoch: int) -> None:
        if (
            node.epoch != epoch
            or not node.booted
            or node.online
            or node.unclean
            or node.stopped_on_purpose
        ):
            return
        node.online = True
        node.compute = 'unknown'
        self._timeline.after(PROBE, lambda: self._probed(node, epoch))

    def _probed(self, node: SimNode, epoch: int) -> None:
        if node.epoch == epoch and node.online:
            computing = node.host.computing
            node.compute = 'active' if computing else 'stopped'
            self._soon(node, 0.0)

    def _soon(self, node: SimNode, seconds: float) -> None:
        self._timeline.after(seconds, lambda: self._schedule(node))

    def _schedule(self, node: SimNode) -> None:
        if not node.online or not node.booted:
            return
        epoch = node.epoch
        if node.gate is Gate.SHUT and node.compute == 'active':
            node.compute = 'stopping'
            self._timeline.after(STOP, lambda: self._stopped(node, epoch))
        elif node.gate is not Gate.SHUT and node.compute == 'stopped':
            node.compute = 'starting'
            self._timeline.after(START, lambda: self._started(node, epoch))

    def _stopped(self, node: SimNode, epoch: int) -> None:
        if node.epoch == epoch and node.compute == 'stopping':
            node.host.computing = False
            node.compute = 'stopped'
            self._soon(node, 0.0)

    def _started(self, node: SimNode, epoch: int) -> None:
        if node.epoch == epoch and node.compute == 'starting':
            node.compute = 'active'
            self._nova.start_compute(node.host.name, resume=True)
            self._soon(node, 0.0)

    # What people do.

    def stop_node(self, host: str) -> None:
        """target-role=Stopped: services stop, the connection closes."""
        node = self.nodes[host]
        node.stopped_on_purpose = True
        node.host.computing = False
        node.compute = 'stopped'
        node.online = False

    def start_node(self, host: str) -> None:
        node = self.nodes[host]
        node.stopped_on_purpose = False
        self._rejoin(node)

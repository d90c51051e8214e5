# SPDX-License-Identifier: Apache-2.0
"""Looks at the cluster, writes gates, and remembers what was seen of them.

Without a cluster there are no gates: nothing is asked, nothing is held.
"""

from concurrent import futures
import logging

from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import safety
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Gate

LOG = logging.getLogger(__name__)


class Gates:
    """The gates of all hosts.

    :ivar trouble: why the last look failed; empty when it did not.
    """

    def __init__(self, world: World, pool: futures.Executor) -> None:
        self._cluster = world.cluster
        self._hosts = world.hosts
        self._pool = pool
        self._seen: dict[str, Gate] = {}
        self._doubts: set[str] = set()
        self._shutting: set[str] = set()
        self.trouble = ''

    @property
    def exist(self) -> bool:
        """Whether there is a cluster that keeps gates."""
        return self._cluster is not None

    def look(self) -> ClusterView:
        """Look at the cluster afresh.

        :raises ClusterError: it cannot be seen, or is not to be believed.
        """
        try:
            view = self._ask()
        except errors.ClusterError as e:
            self.trouble = str(e)
            raise
        self.trouble = ''
        for host in self._hosts.all():
            node = view.nodes.get(host.node)
            if node is not None:
                self._seen[host.name] = node.gate
        return view

    def _ask(self) -> ClusterView:
        if self._cluster is None:
            raise errors.ClusterUnavailable('there is no cluster')
        return self._cluster.look().believed()

    def seen(self, host: str) -> Gate | None:
        """Return the host's gate as last seen or written; None: not yet."""
        return self._seen.get(host)

    def set(self, host: Host, gate: Gate) -> None:
        """Write a gate.

        :raises ClusterError: it was not written.
        """
        if self._cluster is not None:
            self._cluster.set_gate(host.node, gate)
            self._seen[host.name] = gate

    def open_now(self, name: str) -> None:
        """Open the gate of a host that serves again, if that is easy.

        Never raises; the keeper sees to it if this comes to nothing.
        """
        if self._cluster is None or self.trouble:
            return
        try:
            self.set(self._hosts.get(name), Gate.OPEN)
        except errors.RecoveryError as e:
            LOG.warning('The gate of %s is not open yet: %s', name, e)

    def shut_soon(self, host: Host) -> None:
        """Ask for a shut gate and wait for nobody; never raises.

        The keeper sees to it if this comes to nothing.
        """
        if self._cluster is None or host.name in self._shutting:
            return
        self._shutting.add(host.name)
        try:
            self._pool.submit(self._shut, host)
        except RuntimeError:  # the pool was shut down: we are stopping
            self._shutting.discard(host.name)

    def _shut(self, host: Host) -> None:
        try:
            self.set(host, Gate.SHUT)
        except errors.RecoveryError as e:
            LOG.warning('The gate of %s is not shut yet: %s', host.node, e)
        finally:
            self._shutting.discard(host.name)

    def hold(self, recovery: Recovery, host: Host, idle: bool = False) -> bool:
        """Whether the gate keeps the off-proof good by a fresh look.

        Where nothing can be seen, nothing holds.

        :param idle: nova-compute must be known not to run there, too.
        """
        if self._cluster is None or not safety.sealed(recovery):
            return False
        try:
            node = self.look().nodes.get(host.node)
        except errors.ClusterError as e:
            LOG.warning('The gate of %s cannot be seen: %s', host.node, e)
            return False
        if node is None or node.gate is not Gate.SHUT:
            return False
        return not (idle and node.online and node.compute_active)

    # Doubts: nova-compute may run where it must not.

    def doubt(self, host: str, doubtful: bool) -> None:
        """Let no further evacuation of the host be asked, or let it again."""
        if doubtful:
            self._doubts.add(host)
        else:
            self._doubts.discard(host)

    def in_doubt(self, host: str) -> bool:
        """Whether nova-compute may be running on the host."""
        return host in self._doubts

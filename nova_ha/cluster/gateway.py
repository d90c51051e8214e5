# SPDX-License-Identifier: Apache-2.0
"""Pacemaker, as the engine knows it (:class:`nova_ha.recovery.ports.Cluster`).

A look takes two commands at the same time, about 40 ms together:

* ``crm_mon`` says what is online, unclean and active, and has the history of
  fencing;
* ``cibadmin`` has what ``crm_mon`` does not show: the attributes of nodes
  that are offline, to which remote nodes the connection stands, and on which
  nodes a resource was never looked for.

Both read what the Pacemaker of this machine holds, so they are as good as
its partition's quorum.
"""

from collections.abc import Callable
from concurrent import futures
from typing import Self

from oslo_config import cfg

from nova_ha.cluster import gateway_cib
from nova_ha.cluster import gateway_commands
from nova_ha.cluster import gateway_monitor
from nova_ha.conf import cluster as cluster_conf
from nova_ha.recovery import errors
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.states import Gate

MONITOR = (
    'crm_mon',
    '--one-shot',
    '--output-as=xml',
    '--inactive',
    # 3: every line of the history, not the newest of each kind.
    '--fence-history=3',
    '--include=none,dc,fencing,nodes,resources,times',
)
CIB = (
    'cibadmin',
    '--query',
    '--local',
    # Not the whole: the resources' parameters hold passwords of BMCs.
    '--xpath=//configuration/nodes | //status',
)
QUORUM = ('crm_node', '--quorum')


class PacemakerCluster:
    """Pacemaker through its command-line tools.

    Safe to use from many threads.

    :param gate_attribute: name of the permanent node attribute.
    :param compute_resource: id of the primitive that runs nova-compute.
    :param timeout: returns the seconds that one command may take.
    """

    def __init__(
        self,
        gate_attribute: str,
        compute_resource: str,
        timeout: Callable[[], float] = lambda: 10.0,
    ) -> None:
        self._attribute = gate_attribute
        self._resource = compute_resource
        self._timeout = timeout

    @classmethod
    def from_conf(cls, conf: cfg.ConfigOpts) -> Self:
        """Make one as ``[cluster]`` says, without asking anybody yet."""
        options = conf[cluster_conf.GROUP]
        return cls(
            options.gate_attribute,
            options.compute_resource,
            lambda: float(conf[cluster_conf.GROUP].command_timeout),
        )

    def look(self) -> ClusterView:
        """Read nodes, gates and fencing history afresh, all at once.

        :raises ClusterUnavailable: Pacemaker does not answer.
        :raises ClusterError: its answer cannot be understood.
        """
        with futures.ThreadPoolExecutor(2, 'cluster-look') as pool:
            monitor = pool.submit(self._run, MONITOR)
            cib = pool.submit(self._run, CIB)
            seen = gateway_monitor.read(monitor.result(), self._resource)
            held = gateway_cib.read(
                cib.result(), self._attribute, self._resource
            )
        return view(seen, held)

    def set_gate(self, node: str, gate: Gate) -> None:
        """Write the node's permanent attribute; OPEN removes it.

        :raises ClusterUnavailable: Pacemaker does not answer, or has no
            quorum and therefore takes no changes.
        :raises ClusterError: it was not written; among others, the cluster
            has no such node, and none is made up.
        """
        # crm_attribute itself would write without a quorum, and say so to
        # nobody: the other partition would undo it.
        if self._run(QUORUM).strip() != '1':
            raise errors.ClusterUnavailable(
                f'the gate of {node} is not set to '
                f'{gate.value or "open"}: this partition of the cluster has '
                'no quorum'
            )
        value = '--delete' if gate is Gate.OPEN else f'--update={gate.value}'
        command = (
            'crm_attribute',
            f'--node={node}',
            f'--name={self._attribute}',
            '--lifetime=forever',
            value,
        )
        try:
            self._run(command)
        except gateway_commands.NoSuchThing as error:
            raise errors.ClusterError(
                f'Pacemaker knows no node {node}: the name must be the one '
                f'that crm_mon shows, see "node" in the hosts file ({error})'
            ) from None

    def _run(self, command: tuple[str, ...]) -> str:
        return gateway_commands.run(command, self._timeout())


def view(
    seen: gateway_monitor.Monitored, held: gateway_cib.Held
) -> ClusterView:
    """Put together what the two commands have said."""
    return ClusterView(
        quorate=seen.quorate,
        nodes={node.name: _node(node, seen, held) for node in seen.nodes},
        fences=seen.fences,
    )


def _node(
    node: gateway_monitor.Node,
    seen: gateway_monitor.Monitored,
    held: gateway_cib.Held,
) -> ClusterNode:
    # To crm_mon a remote node is online while Pacemaker only tries to connect
    # to it, be the host off.
    online = node.online and (not node.remote or node.name in held.joined)
    known = node.name in held.probed
    unknown = node.unclean or (online and not known)
    return ClusterNode(
        name=node.name,
        remote=node.remote,
        online=online,
        unclean=node.unclean,
        gate=held.gates.get(node.name, Gate.OPEN),
        compute_active=unknown or node.name in seen.compute_on,
        compute_known=known,
    )

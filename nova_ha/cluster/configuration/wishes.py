# SPDX-License-Identifier: Apache-2.0
"""What may differ from one cluster to the next."""

import dataclasses

from nova_ha.cluster.configuration.model import Clone

SOCKET = '/run/nova-ha/fencer.sock'
"""Where the agents look for the fencer when nobody tells them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """How fast a lost host is noticed and fenced, in seconds.

    :ivar monitor_interval: between two looks at a host's connection.
    :ivar monitor_timeout: for a host's answer; one late answer means
        fencing. A silent host is noticed after at most both together.
    :ivar reconnect_interval: between two tries to reach a host that was
        lost; without it Pacemaker tries only once.
    :ivar agent: in which fence_nova_ha ends by itself.
    """

    monitor_interval: int = 10
    monitor_timeout: int = 15
    reconnect_interval: int = 30
    agent: int = 55

    GRACE = 5
    """What Pacemaker gives the agent more than the agent takes."""

    CONNECT = 8
    """For reaching a host. While Pacemaker tries to reach one that is off, it
    does not fence another that has just failed: short, and not too often."""

    READ = 20
    """For the agent's monitor, list and status, which end within 15."""

    @property
    def fencing(self) -> int:
        """Pacemaker's own limit for a fencing action."""
        return self.agent + self.GRACE


@dataclasses.dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished for, beside the hosts of the hosts file.

    :ivar controllers: the cluster's full members, by Pacemaker's names,
        each with corosync's number of it.
    :ivar services: of a compute host, in the order in which they start.
    :ivar compute_resource: ``[cluster] compute_resource``.
    :ivar gate: ``[cluster] gate_attribute``.
    :ivar power_agent: '' or what switches hosts of the driver ``external``
        off: the id of a stonith resource, ``{node}`` and ``{host}`` in it
        standing for the host's names; or ``fence_ipmilan``, to make one a
        host of what the hosts file says of its BMC.
    :ivar second_level: '' or the id of the stonith resource that is tried
        when the first level has failed, of the same form.
    :ivar socket: of the local fencer, for the alerts.
    :ivar config_file: of the fencer.
    :ivar alert_path: where nova-ha-alert is installed.
    """

    controllers: tuple[tuple[str, int], ...]
    services: tuple[Clone, ...]
    compute_resource: str = 'nova-compute'
    gate: str = 'nova-ha-gate'
    power_agent: str = ''
    second_level: str = ''
    show_secrets: bool = False
    timing: Timing = Timing()
    socket: str = SOCKET
    config_file: str = '/etc/nova-ha/nova-ha.conf'
    alert_path: str = '/usr/bin/nova-ha-alert'

# SPDX-License-Identifier: Apache-2.0
"""All that the checks look at, and what several of them ask of it."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import functools
import re

from nova_ha.cluster.check import cib as cibs
from nova_ha.cluster.check import duration
from nova_ha.cluster.check import rules
from nova_ha.recovery.model import Host

NOVA_HA = 'stonith:fence_nova_ha'
WATCHDOG = 'stonith:fence_watchdog'
WATCHDOG_ID = 'watchdog'
"""The only id by which Pacemaker knows such a device, made or not."""


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Options of nova-ha that the cluster has to agree with.

    :ivar gate: ``[cluster] gate_attribute``.
    :ivar compute_resource: ``[cluster] compute_resource``.
    :ivar socket: ``[fencer] socket``.
    :ivar agent_timeout: of fence_nova_ha where the cluster gives none.
    :ivar fence_timeout: ``[fencer] fence_timeout``.
    :ivar attempt_timeout: ``[power] attempt_timeout``.
    """

    gate: str = 'nova-ha-gate'
    compute_resource: str = 'nova-compute'
    socket: str = '/run/nova-ha/fencer.sock'
    agent_timeout: float = 55.0
    fence_timeout: float = 50.0
    attempt_timeout: float = 15.0


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is checked.

    :ivar hosts: of the hosts file.
    :ivar nova: nova's names of its compute hosts; None: nova was not asked.
    """

    cib: cibs.Cib
    hosts: Sequence[Host]
    settings: Settings = Settings()
    nova: Sequence[str] | None = None

    @functools.cached_property
    def connections(self) -> Mapping[str, cibs.Resource]:
        """The connections to remote nodes, by the node's name."""
        return {one.id: one for one in self.cib.of_agent(cibs.REMOTE)}

    @functools.cached_property
    def watched(self) -> Sequence[Host]:
        """The hosts that Pacemaker has a connection to."""
        return [host for host in self.hosts if host.node in self.connections]

    @functools.cached_property
    def stopped(self) -> Sequence[cibs.Resource]:
        """Services of hosts, and connections to them, stopped by hand."""
        return [
            one
            for one in (*self.services, *self.connections.values())
            if one.meta.get('target-role', '').lower() == 'stopped'
        ]

    @functools.cached_property
    def compute(self) -> cibs.Resource | None:
        """The resource that runs nova-compute."""
        return self.cib.resources.get(self.settings.compute_resource)

    @functools.cached_property
    def services(self) -> Sequence[cibs.Resource]:
        """The services of compute hosts: clones that run nowhere else.

        nova-compute is one wherever it may run.
        """
        return [
            resource
            for resource in self.cib.resources.values()
            if resource is self.compute or self._is_service(resource)
        ]

    def _is_service(self, resource: cibs.Resource) -> bool:
        if resource.top not in self.cib.clones:
            return False
        here = any(self.may_run(resource, host.node) for host in self.watched)
        there = any(
            rules.may_run(self.cib, resource, node)
            for node in self.cib.controllers
        )
        return here and not there

    def may_run(
        self, resource: cibs.Resource, node: str, gate: str | None = None
    ) -> bool:
        """Tell whether a resource may run on a node.

        :param gate: the value of the gate; None where it is open.
        """
        return rules.may_run(
            self.cib,
            resource,
            self.cib.nodes[node],
            {self.settings.gate: gate},
        )

    def looked_for(
        self, resource: cibs.Resource, node: str, gate: str | None = None
    ) -> bool:
        """Tell whether Pacemaker looks on a node whether a resource runs.

        :param gate: the value of the gate; None where it is open.
        """
        return rules.looked_for(
            self.cib,
            resource,
            self.cib.nodes[node],
            {self.settings.gate: gate},
        )

    @functools.cached_property
    def nova_ha(self) -> Sequence[cibs.Resource]:
        """The stonith resources of nova-ha."""
        return self.cib.of_agent(NOVA_HA)

    def levels(self, node: str) -> Sequence[cibs.Level]:
        """Return the fencing levels of a node, the first one first."""
        known = self.cib.nodes.get(node)
        attributes = known.attributes if known else {}
        return [
            level
            for level in self.cib.levels
            if level.target == node
            or (level.pattern and re.search(level.pattern, node))
            or (
                level.attribute[0]
                and attributes.get(level.attribute[0]) == level.attribute[1]
            )
        ]

    def agents(self, level: cibs.Level) -> Sequence[str]:
        """Return the agents of a level's devices; '' where there is none."""
        return [self._agent(name) for name in level.devices]

    def _agent(self, device: str) -> str:
        known = self.cib.resources.get(device)
        if known is None and device == WATCHDOG_ID and self.watchdog_timeout:
            return WATCHDOG
        return known.agent if known else ''

    @property
    def watchdog_timeout(self) -> str:
        """The time-out; '' where watchdogs are not counted on."""
        for name in ('fencing-watchdog-timeout', 'stonith-watchdog-timeout'):
            text = self.cib.properties.get(name, '')
            if text.startswith('-') or duration.seconds(text):
                return text
        return ''

    def may_be_fenced(self, node: str) -> bool:
        """Tell whether anything may fence a node, as far as one can see."""
        if self.watchdog_timeout and not self.cib.of_agent(WATCHDOG):
            return True
        return any(self.may_fence(one, node) for one in self.cib.fencing)

    def may_fence(self, device: cibs.Resource, node: str) -> bool:
        """Tell whether a device may fence a node, as far as one can see.

        What a device says only when it is asked is taken for a yes.
        """
        listed = device.parameters.get('pcmk_host_list')
        mapped = device.parameters.get('pcmk_host_map')
        if listed or mapped:
            names = re.split(r'[,;\s]+', listed or '')
            names += re.findall(r'([^:;\s]+):', mapped or '')
            return node.lower() in (name.lower() for name in names)
        if device.agent == NOVA_HA:
            return any(host.node == node for host in self.hosts)
        return True

# SPDX-License-Identifier: Apache-2.0
"""Ports of guests: they answer a while after the guest was started."""

from collections.abc import Mapping

from tests.simulator.hosts import SimHost
from tests.simulator.nova import SimNova
from tests.simulator.timeline import Timeline


class SimProbe:
    """Satisfies :class:`nova_ha.recovery.ports.Probe`.

    :ivar takes: seconds from the start of a guest until it answers.
    :ivar deaf: names of instances that never answer.
    """

    def __init__(
        self, hosts: Mapping[str, SimHost], nova: SimNova, timeline: Timeline
    ) -> None:
        self._hosts = hosts
        self._nova = nova
        self._timeline = timeline
        self.takes = 3.0
        self.deaf: set[str] = set()
        self.tried: list[tuple[str, int]] = []

    def tcp(self, address: str, port: int) -> bool:
        self.tried.append((address, port))
        for server in self._nova.servers.values():
            if address in server.addresses:
                return self._serves(server.uuid, server.name)
        return False

    def _serves(self, uuid: str, name: str) -> bool:
        started = self._nova.started.get(uuid)
        runs = any(uuid in host.guests for host in self._hosts.values())
        if name in self.deaf or not runs or started is None:
            return False
        return self._timeline.monotonic() - started >= self.takes

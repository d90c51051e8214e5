# SPDX-License-Identifier: Apache-2.0
"""Pacemaker and the people of a site, once the world is in order again."""

import contextlib

from nova_ha.recovery import errors
from nova_ha.recovery import states
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.daemon import AnswerLost
from tests.simulator.world import World

GIVE_UP = 'cancel the recovery, which opens the gate'
ROUND = 30.0
ROUNDS = 60


class People:
    """Do what the messages ask for, until nothing is left to be done."""

    def __init__(self, world: World) -> None:
        self._world = world

    def heal(self) -> None:
        """Nothing outside nova-ha is broken any more."""
        world = self._world
        world.faults.clear()
        world.nova.full.clear()
        world.nova.failing.clear()
        world.nova.spawn_takes = world.nova.schedule_takes = 0.5
        if world.cluster is not None:
            world.cluster.quorate = True
            world.cluster.fence_by = world.agent_fences
        for host in world.hosts.values():
            host.bmc = 'ok'
            host.off_takes = 0.2
            host.reporting = True
        for owner in list(world.daemons) or ['c1']:
            if not world.daemons[owner].process.alive:
                world.start(owner)

    def until_the_end(self) -> list[Recovery]:
        """Return the recoveries that have not come to an end."""
        for _ in range(ROUNDS):
            self._world.run(ROUND)
            left = self._active()
            if not left and not self._world.storage.spool.entries():
                if self._tend_hosts() or self._gates_are_left():
                    continue
                return []
            for recovery in left:
                self._tend(recovery)
            for _key, record in self._world.storage.spool.entries():
                self._fence(record.host)
        return self._active()

    def _active(self) -> list[Recovery]:
        return list(self._world.storage.store.recoveries(active=True))

    def _tend(self, recovery: Recovery) -> None:
        world = self._world
        host = world.hosts[recovery.host]
        if recovery.state is S.FENCE_FAILED:
            self._fence(host.name)
        elif GIVE_UP in recovery.message:
            self._cancel(recovery)
        elif recovery.state in states.KNOWN_OFF - states.NEEDS_OFF:
            if not host.on or not host.computing:
                world.power_on(host.name)
        elif recovery.state is S.RETURNING:
            self._bring_back(recovery)

    def _bring_back(self, recovery: Recovery) -> None:
        world = self._world
        host = world.hosts[recovery.host]
        if not host.on or not host.computing or 'restart' in recovery.message:
            world.power_on(host.name)

    def _cancel(self, recovery: Recovery) -> None:
        """Nova has forgotten an evacuation: its record never ends."""
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            daemon = next(iter(self._world.daemons.values()))
            daemon.ask(
                lambda: daemon.engine.operator.cancel(recovery.uuid, 'people')
            )

    def _tend_hosts(self) -> bool:
        """Fence what died and nobody told us; whether there was any."""
        dead = [h for h in self._world.hosts.values() if not h.computing]
        for host in dead:
            cluster = self._world.cluster
            if cluster is None:
                self._fence(host.name)
            elif not cluster.nodes[host.name].online:
                self._world.power_on(host.name)
        return bool(dead)

    def _gates_are_left(self) -> bool:
        cluster = self._world.cluster
        return cluster is not None and any(
            node.gate is not Gate.OPEN for node in cluster.nodes.values()
        )

    def _fence(self, host: str) -> None:
        with contextlib.suppress(errors.RecoveryError, AnswerLost):
            self._world.fence(host)

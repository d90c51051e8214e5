# SPDX-License-Identifier: Apache-2.0
"""Finds out in nova which gate a recovery wants."""

from collections.abc import Sequence

from nova_ha.engine.fenced_hosts import FencedHosts
from nova_ha.engine.flapping import Flapping
from nova_ha.engine.journal import Journal
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import gate
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import RecoveryState

UNDER_WAY = states.MIGRATION_UNDER_WAY - {MigrationStatus.OTHER}
BLOCKING = states.MIGRATION_BLOCKS_RETURN - {MigrationStatus.OTHER}

STAYS_SHUT = 'the gate stays shut: '


class WantedGate:
    """Asks nova no oftener than it must."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        settings: SettingsSource,
        flapping: Flapping,
    ) -> None:
        self._flapping = flapping
        self._store = world.store
        self._compute = world.compute
        self._clock = world.clock
        self._fences = FencedHosts(world.store, world.clock)
        self._journal = journal
        self._settings = settings
        self._comebacks: dict[str, gate.Comeback] = {}
        self._looked: dict[str, float] = {}

    def of(self, recovery: Recovery, node: ClusterNode) -> Gate:
        """Return the gate that the recovery wants now.

        :raises ComputeError: nova does not say; the gate stays as it is.
        """
        live = restart = False
        if recovery.state in gate.EXPECTED_BACK:
            if self._flapping.why_kept_out(recovery):
                return Gate.SHUT
            if node.gate is Gate.AJAR and not self._is_time(recovery.uuid):
                return Gate.AJAR
            live = self._is_live(recovery)
        elif recovery.state is RecoveryState.RETURNING:
            restart = self._needs_restart(recovery, node)
        else:
            self._comebacks.pop(recovery.uuid, None)
        return gate.wanted(recovery.state, live, restart)

    def _is_time(self, uuid: str) -> bool:
        """Whether nova may be asked again about a host let in already."""
        now = self._clock.monotonic()
        last = self._looked.get(uuid)
        if last is not None:
            interval = self._settings().host_watch_interval
            if now - last < interval:
                return False
        self._looked[uuid] = now
        return True

    def _is_live(self, recovery: Recovery) -> bool:
        records = self._compute.migrations(recovery.host, statuses=UNDER_WAY)
        live: Sequence[Migration] = ()
        if records:
            targets = {r.target for r in records if r.target}
            live = gate.live_records(
                records,
                {
                    row.instance: row
                    for row in self._store.evacuations(recovery.uuid)
                },
                self._fences.look(recovery, targets),
            )
        if live:
            self._say(recovery, live)
        return bool(live)

    def _say(self, recovery: Recovery, live: Sequence[Migration]) -> None:
        """Tell people what the host waits for."""
        first = live[0]
        more = f' and {len(live) - 1} more' if len(live) > 1 else ''
        why = (
            f'{STAYS_SHUT}nova is still at work on evacuation record '
            f'{first.id} of {first.instance} ({first.raw_status}, target '
            f'{first.target}){more}. Wait for nova to end it; if it never '
            'does, cancel the recovery, which opens the gate'
        )
        if why != recovery.message:
            self._journal.amend(recovery, message=why)
        age = self._clock.now() - recovery.state_since
        if age.total_seconds() >= self._settings().return_alarm:
            self._journal.alarm(recovery, why)

    def _needs_restart(self, recovery: Recovery, node: ClusterNode) -> bool:
        """Whether nova-compute has to stop, so that it can start once more.

        The gate itself says where a cycle stands: shut means wait for the
        stop, whoever began it.
        """
        if node.gate is Gate.SHUT:
            return node.compute_active
        left = safety.blocks_return(
            self._compute.migrations(recovery.host, statuses=BLOCKING)
        )
        now = self._clock.monotonic()
        running = node.online and node.compute_active
        before = self._comebacks.get(recovery.uuid, gate.Comeback())
        comeback = before.look(len(left), running, now)
        self._comebacks[recovery.uuid] = comeback
        seconds = self._settings().return_restart_interval
        return comeback.needs_restart(now, seconds)

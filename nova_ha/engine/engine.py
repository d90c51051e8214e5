# SPDX-License-Identifier: Apache-2.0
"""All of the engine put together over the ports."""

from collections.abc import Callable
from collections.abc import Mapping
import logging
import threading

from nova_ha.engine.aggregates import REFRESH
from nova_ha.engine.backups import Backups
from nova_ha.engine.by_hand import ByHand
from nova_ha.engine.capacity_watch import CapacityWatch
from nova_ha.engine.census import CensusTaker
from nova_ha.engine.cluster_side import ClusterSide
from nova_ha.engine.conductor import Conductor
from nova_ha.engine.disk_calls import DiskCalls
from nova_ha.engine.fences import Fences
from nova_ha.engine.first_look import FirstLook
from nova_ha.engine.flapping import Flapping
from nova_ha.engine.gates import Gates
from nova_ha.engine.guards import Guards
from nova_ha.engine.guards import Held
from nova_ha.engine.host_watch import HostWatch
from nova_ha.engine.intake import Intake
from nova_ha.engine.journal import Journal
from nova_ha.engine.left_behind import LeftBehind
from nova_ha.engine.modes import ModeKeeper
from nova_ha.engine.nova_calls import NovaCalls
from nova_ha.engine.off_proofs import OffProofs
from nova_ha.engine.operator import Operator
from nova_ha.engine.outcome import Step
from nova_ha.engine.pacing import Pacing
from nova_ha.engine.periodic import Periodic
from nova_ha.engine.pools import Pools
from nova_ha.engine.power_on import PowerOn
from nova_ha.engine.power_watch import PowerWatch
from nova_ha.engine.precautions import Precautions
from nova_ha.engine.prober import Prober
from nova_ha.engine.server_groups import ServerGroups
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.spare_side import SpareSide
from nova_ha.engine.spooled import Spooled
from nova_ha.engine.steps.evacuating import Evacuating
from nova_ha.engine.steps.evacuating import Means
from nova_ha.engine.steps.fencing import Fencing
from nova_ha.engine.steps.forcing_down import ForcingDown
from nova_ha.engine.steps.returning import Returning
from nova_ha.engine.still_off import StillOff
from nova_ha.engine.turns import Turns
from nova_ha.engine.waiting import Waiting
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)


class Engine:
    """Takes fence requests and drives recoveries until it is stopped.

    :ivar conductor: and
    :ivar loops: turn in threads of their own after :meth:`start`; whoever
        has a clock of his own may turn them himself instead.
    :ivar pacing: how many evacuations may be under way now.
    """

    def __init__(
        self, world: World, pools: Pools, settings: SettingsSource
    ) -> None:
        self._world = world
        self._pools = pools
        self._settings = settings
        self._journal = Journal(
            world.store, world.notifier, world.clock, settings
        )
        self._fences = Fences(world.power, pools.fencing)
        self._gates = Gates(world, pools.gates)
        self._proofs = OffProofs(world.store, self._journal, world.clock)
        self.modes = ModeKeeper(world.modes)
        self._census = CensusTaker(world, settings)
        self._guards = Guards(world, self._census, self.modes, settings)
        self._flapping = Flapping(world, settings)
        self.conductor = Conductor(
            world.store,
            self._journal,
            world.clock,
            pools.hosts,
            settings,
            self.modes.why_still,
        )
        wake = self.conductor.wake
        self._server_groups = ServerGroups(
            world.compute, pools.evacuations, world.clock, wake
        )
        self._first_look = FirstLook(
            world.compute,
            pools.evacuations,
            world.clock,
            self._server_groups.foresee,
        )
        precautions = Precautions(
            world,
            self.modes,
            self._census,
            self._guards,
            pools.hosts,
            settings,
        )
        beside = (self._gates.shut_soon, self._first_look.foresee)
        self.intake = Intake(
            world,
            self._fences,
            beside,
            self._journal,
            pools.hosts,
            wake,
            precautions,
        )
        self.by_hand = ByHand(
            world,
            self._gates,
            beside,
            self._journal,
            settings,
            wake,
            precautions,
        )
        self.operator = Operator(
            world, self._gates, self._journal, settings, wake, self.modes
        )
        self.cluster_side = ClusterSide(
            world, pools, self._gates, self._journal, settings, wake
        )
        self.cluster_side.use(
            self.intake, self._proofs, precautions, self._flapping
        )
        self.spare_side = SpareSide(world, self._journal, settings)
        self.pacing = Pacing(world.clock, settings)
        self.conductor.use(self._steps(wake))
        self._vital = self._make_loops()
        # Not vital: a nova that hangs is no reason to end a daemon.
        policy = Periodic('policy', world.policy.refresh, lambda: REFRESH)
        backups = Backups(world, settings)
        self.loops = (
            *self._vital,
            policy,
            self._census.loop,
            *self.cluster_side.loops,
            self.spare_side.loop,
            Periodic('backups', backups.turn, backups.interval),
        )
        self._thread = threading.Thread(
            target=self.conductor.run, name='conductor', daemon=True
        )

    def start(self) -> None:
        """Take up what was left, then whatever comes.

        The mode comes first: nothing may be done while observing.
        """
        self.modes.refresh()
        self._pools.hosts.submit(self._world.compute.warm)
        self._thread.start()
        for loop in self.loops:
            loop.start()

    def stop(self, timeout: float) -> None:
        """Begin nothing new, let what is under way end, give leases up.

        What does not end in so many seconds is taken up again by the next
        start or by another controller.
        """
        self.conductor.stop()
        for loop in self.loops:
            loop.stop(timeout)
        self._thread.join(timeout)
        drained = threading.Thread(target=self._pools.shutdown, daemon=True)
        drained.start()
        drained.join(timeout)
        if drained.is_alive():
            LOG.warning('Work under way was cut off after %.0f s', timeout)
        try:
            self._world.store.release(self._settings().owner)
        except errors.StoreError as e:
            LOG.warning('The leases run out by themselves: %s', e)

    def beats(self) -> int:
        """Grow while every vital loop turns; for the watchdog.

        A loop that hangs, or a conductor that ended, stops the count. A
        Pacemaker that hangs is no reason to end a daemon that fences.
        """
        if not self._thread.is_alive():
            return 0
        return min(loop.turns for loop in self._vital)

    def _steps(
        self, wake: Callable[[str], None]
    ) -> Mapping[RecoveryState, Step]:
        world, settings = self._world, self._settings
        guards = self._guards
        first_look = self._first_look
        waiting = Waiting(world, self._gates, settings)
        watch = HostWatch(world, waiting, settings, self._flapping)
        capacity = CapacityWatch(world.compute, world.clock, settings)
        calls = NovaCalls(
            world.store,
            world.compute,
            self._pools.evacuations,
            world.clock,
            wake,
            self.modes.why_still,
        )
        fencing = Fencing(
            world.hosts, self._fences, world.clock, settings, wake
        )
        return {
            RecoveryState.FENCING: fencing,
            RecoveryState.FORCING_DOWN: ForcingDown(
                world.store,
                world.compute,
                self._journal,
                guards,
                first_look,
                world.clock,
                settings,
            ),
            RecoveryState.HELD: Held(guards, settings),
            RecoveryState.EVACUATING: Evacuating(
                world,
                Means(
                    calls,
                    first_look,
                    DiskCalls(world, self._pools.evacuations, wake),
                    self._turns(wake),
                    self.pacing,
                    capacity,
                    guards,
                    self._gates.in_doubt,
                ),
                settings,
            ),
            RecoveryState.EVACUATED: watch,
            RecoveryState.EVACUATION_FAILED: LeftBehind(
                world,
                watch,
                capacity,
                guards,
                StillOff(world, self._gates, settings),
            ),
            RecoveryState.RETURNING: Returning(
                world.compute, self._gates, world.clock, settings
            ),
        }

    def _turns(self, wake: Callable[[str], None]) -> Turns:
        world, pools = self._world, self._pools
        return Turns(
            world.store,
            world.policy,
            self._server_groups,
            Prober(
                world.compute, world.probe, pools.probes, world.clock, wake
            ),
            world.clock,
        )

    def _make_loops(self) -> tuple[Periodic, ...]:
        world, settings = self._world, self._settings
        spooled = Spooled(world, self.intake, self._gates, settings)
        power_watch = PowerWatch(
            world, self._proofs, self._gates, self._pools.reads, settings
        )
        power_on = PowerOn(
            world,
            self._gates,
            self._journal,
            self._pools.reads,
            settings,
            self._flapping,
        )

        def power_on_turn() -> None:
            if not self.modes.observing:
                power_on.turn()

        def scan() -> None:
            self.modes.refresh()
            try:
                spooled.take_in()
            finally:  # a spool in trouble stops no recovery
                self.conductor.scan()

        return (
            Periodic('scan', scan, lambda: settings().scan_interval),
            Periodic('lease', self._renew, lambda: settings().lease / 3),
            Periodic(
                'power-watch',
                power_watch.look,
                lambda: settings().power_watch_interval,
            ),
            Periodic(
                'power-on', power_on_turn, lambda: settings().scan_interval
            ),
        )

    def _renew(self) -> None:
        settings = self._settings()
        self._world.store.renew(settings.owner, settings.lease)

# SPDX-License-Identifier: Apache-2.0
"""The engine in the form the local API asks for."""

from collections.abc import Sequence

from nova_ha.api.ports import FenceAnswer
from nova_ha.api.ports import Health
from nova_ha.api.ports import Insight
from nova_ha.cmd.readiness import Readiness
from nova_ha.cmd.readiness import store_look
from nova_ha.engine.engine import Engine
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.inspection.reading import see
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.states import PowerState


class LocalFencing:
    """Satisfies :class:`nova_ha.api.ports.Fencing`."""

    def __init__(
        self,
        engine: Engine,
        world: World,
        settings: SettingsSource,
        insight: Insight,
    ) -> None:
        self.archive: ports.Archive = world.store
        self.insight: Insight = insight
        self.create = engine.by_hand.create
        self._engine = engine
        self._world = world
        self._settings = settings
        self._store_look = store_look(world)
        self._readiness = Readiness(engine.beats, world, self._store_look)
        self.retry = engine.operator.retry
        self.confirm_off = engine.operator.confirm_off
        self.release = engine.operator.release
        self.let_return = engine.operator.let_return
        self.set_mode = engine.modes.set
        self.cancel = engine.operator.cancel
        self.power_on = engine.operator.power_on
        self.give_back = engine.spare_side.orders.give_back
        self.keep = engine.spare_side.orders.keep
        self.hint = engine.cluster_side.hint

    def fence(
        self,
        host: str,
        origin: str,
        reason: str,
        deadline: Deadline,
        power_on: bool = False,
    ) -> FenceAnswer:
        """Wait until off is verified and recorded."""
        fenced = self._engine.intake.fence(
            host, origin, reason, deadline, power_on
        )
        recovery = fenced.recovery
        if recovery is not None:
            self._engine.intake.answered(recovery)
        return FenceAnswer(
            recovery=recovery.uuid if recovery else None,
            state=recovery.state if recovery else None,
            proof=fenced.proof,
            spooled=recovery is None,
            mode=self._engine.modes.standing.mode,
        )

    def mode(self) -> Standing:
        """Return the mode in force here."""
        return self._engine.modes.standing

    def status(self, host: str) -> PowerState:
        """Read the power state afresh."""
        deadline = Deadline.after(self._settings().read_timeout)
        return self._world.power.power_state(
            self._world.hosts.get(host), deadline
        )

    def hosts(self) -> Sequence[Host]:
        """Return every host that can be fenced."""
        return self._world.hosts.all()

    def health(self) -> Health:
        """Return what keeps this daemon from fencing, and what does not."""
        gone = self._world.hosts.problem()
        problems = [gone] if gone else []
        if store := see(self._store_look.get).why_not:
            try:
                self._world.spool.check()
            except errors.StoreError as spool:
                problems.append(
                    f'nothing can be recorded: store: {store}; spool: {spool}'
                )
        notes = list(self._engine.cluster_side.notes())
        standing = self._engine.modes.standing
        if standing.mode is not Mode.ARMED:
            notes.append(f'mode {standing}')
        return Health(problems, notes)

    def unready(self) -> Sequence[str]:
        """Return why this daemon cannot do its work; empty when it can."""
        return self._readiness.reasons()

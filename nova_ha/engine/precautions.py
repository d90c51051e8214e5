# SPDX-License-Identifier: Apache-2.0
"""What comes before a power-off: nothing, unless nova-ha is to observe.

Then the request is refused in plain words, and what would have been done is
written down beside it.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import logging
import threading
import uuid

from nova_ha.engine.census import CensusTaker
from nova_ha.engine.guards import Guards
from nova_ha.engine.modes import ModeKeeper
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import staying
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.rehearsal import Rehearsal
from nova_ha.recovery.rehearsal import RehearsedInstance
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)

REPEAT = 300.0
"""Seconds in which a host is rehearsed once: Pacemaker asks ten times."""


class Precautions:
    """Stands before every power-off that somebody asks for."""

    def __init__(
        self,
        world: World,
        modes: ModeKeeper,
        census: CensusTaker,
        guards: Guards,
        background: futures.Executor,
        settings: SettingsSource,
    ) -> None:
        self._world = world
        self._modes = modes
        self._census = census
        self._guards = guards
        self._background = background
        self._settings = settings
        self._lock = threading.Lock()
        self._rehearsed: dict[str, tuple[Standing, float]] = {}

    @property
    def observing(self) -> bool:
        """Whether nothing may be done."""
        return self._modes.observing

    def before_power_off(self, host: Host, origin: str, reason: str) -> None:
        """Have the guards' picture brought up to date; never waits.

        :raises ObserveOnly: the mode is observe.
        """
        if not self.observes(host, origin, reason):
            self._census.need()
            return
        self._modes.refuse(
            f'{host.name} is not fenced and nothing was done, only written '
            'down what would be'
        )

    def observes(self, host: Host, origin: str, reason: str) -> bool:
        """Whether nothing may be done; then it is written down."""
        if not self._modes.observing:
            return False
        if self._is_due(host.name):
            try:
                self._background.submit(self._rehearse, host, origin, reason)
            except RuntimeError:  # the pool was shut down: we are stopping
                LOG.warning('Not rehearsed any more: %s', host.name)
        return True

    def _is_due(self, host: str) -> bool:
        """Once in a while, and afresh when the mode was set once more."""
        now = self._world.clock.monotonic()
        standing = self._modes.standing
        with self._lock:
            last = self._rehearsed.get(host)
            if last and last[0] == standing and now - last[1] < REPEAT:
                return False
            self._rehearsed[host] = standing, now
            return True

    def _rehearse(self, host: Host, origin: str, reason: str) -> None:
        key = str(uuid.uuid4())
        try:
            rehearsal = self._play(key, host, origin, reason)
            self._world.store.rehearse(rehearsal)
        except errors.RecoveryError as e:
            LOG.error('%s: the rehearsal is not written: %s', host.name, e)
            with self._lock:
                self._rehearsed.pop(host.name, None)
            return
        LOG.warning(
            'Observed only: %s would be recovered (%s): %s. See '
            'nova-ha-manage rehearsal show %s',
            host.name,
            reason,
            rehearsal.summary,
            key,
        )

    def _play(
        self, key: str, host: Host, origin: str, reason: str
    ) -> Rehearsal:
        """Decide all that would be decided."""
        now = self._world.clock.now()
        as_if = Recovery(
            uuid=key,
            host=host.name,
            state=RecoveryState.FORCING_DOWN,
            origin=origin,
            reason=reason,
            requested_at=now,
            fencing_since=now,
            state_since=now,
            updated_at=now,
        )
        hold = self._guards.preview(as_if)
        off = f'powered off by {" or ".join(host.drivers)}, nova told'
        try:
            instances = self._decide(host.name)
            rest = _evacuations(instances)
        except errors.ComputeError as e:
            instances, rest = (), f'its instances are not known now: {e}'
        if hold:
            rest = f'{rest}; evacuations held: {hold}'
        return Rehearsal(
            uuid=key,
            host=host.name,
            at=now,
            controller=self._settings().owner,
            origin=origin,
            reason=reason,
            summary=f'{off}; {rest}',
            instances=instances,
        )

    def _decide(self, host: str) -> Sequence[RehearsedInstance]:
        found = self._world.compute.instances(host)
        decisions = self._world.policy.decide(host, found)
        in_order = sorted(found, key=lambda i: -decisions[i.uuid].priority)
        return tuple(_as_decided(i, decisions) for i in in_order)


def _as_decided(
    instance: Instance, decisions: Mapping[str, Decision]
) -> RehearsedInstance:
    decision = decisions[instance.uuid]
    stays = eligibility.obstacle(
        instance, decision.reset_state
    ) or staying.reason(instance, decision)
    return RehearsedInstance(
        instance=instance.uuid,
        name=instance.name,
        evacuate=stays is None,
        decision=stays or str(decision),
    )


def _evacuations(instances: Sequence[RehearsedInstance]) -> str:
    many = sum(i.evacuate for i in instances)
    left = len(instances) - many
    return f'{many} instances evacuated, {left} left'

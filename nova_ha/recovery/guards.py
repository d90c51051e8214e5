# SPDX-License-Identifier: Apache-2.0
"""What holds evacuations back, decided over plain data.

No guard is asked before a host is off and nova is told (promise 9).
"""

from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import storm
from nova_ha.recovery.flapping import FlapLimits
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.states import RecoveryState
from nova_ha.recovery.storm import Census
from nova_ha.recovery.storm import StormLimits

CONTROL_PLANE = ('nova-scheduler', 'nova-conductor')
CONTROL_PLANE_KNOWN = datetime.timedelta(seconds=120)
"""What nova said of its services longer ago is not believed any more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a recovery may evacuate.

    :ivar why: what holds it back.
    :ivar clears_by: what lets it go on.
    """

    hold: bool = False
    why: str = ''
    clears_by: str = ''

    def __str__(self) -> str:
        return f'{self.why}; waits for {self.clears_by}' if self.hold else ''


FREE = Verdict()


@dataclasses.dataclass(frozen=True, slots=True)
class GuardLimits:
    """The options of [guards].

    :ivar hosts_at_a_time: evacuated; 0 is no limit.
    :ivar start_grace: seconds after the start of the daemon.
    :ivar control_plane: nova's own services must be up.
    :ivar census_interval: seconds between two looks at nova in peace.
    """

    storm: StormLimits = dataclasses.field(default_factory=StormLimits)
    flapping: FlapLimits = dataclasses.field(default_factory=FlapLimits)
    hosts_at_a_time: int = 0
    start_grace: float = 0.0
    control_plane: bool = True
    census_interval: float = 30.0


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """All that the guards look at.

    :ivar started_at: when this daemon was started.
    :ivar recoveries: all that have not ended, and those that ended lately;
        empty where no guard counts them.
    :ivar services: nova's own, as it told at ``census.at``.
    """

    now: datetime.datetime
    started_at: datetime.datetime
    standing: Standing = ARMED
    recoveries: Sequence[Recovery] = ()
    census: Census = dataclasses.field(default_factory=Census)
    services: Sequence[NovaService] = ()


def judge(
    recovery: Recovery, picture: Picture, limits: GuardLimits
) -> Verdict:
    """Return whether the recovery may begin to evacuate now."""
    for verdict in (
        pauses(recovery, picture, limits),
        _grace(recovery, picture, limits),
        _throttle(recovery, picture, limits),
    ):
        if verdict.hold:
            return verdict
    return FREE


def pauses(
    recovery: Recovery, picture: Picture, limits: GuardLimits
) -> Verdict:
    """Return whether a recovery that evacuates may ask for more.

    Grace and throttle hold only what has not begun: a restart in the middle
    of an evacuation goes on with it (promise 8).
    """
    for verdict in (
        _paused(recovery, picture),
        _storm(recovery, picture, limits),
        _control_plane(picture, limits),
    ):
        if verdict.hold:
            return verdict
    return FREE


def is_overruled(recovery: Recovery) -> bool:
    """Whether an operator has overruled the guards for this incident."""
    at = recovery.released_at
    return at is not None and at >= recovery.fencing_since


def missing_services(
    services: Sequence[NovaService],
) -> Sequence[str]:
    """Return which of nova's services nova calls down, all of them.

    One that nova shows none of is not missed: nothing is known of it then.
    """
    return [
        binary
        for binary in CONTROL_PLANE
        if (found := [s for s in services if s.binary == binary])
        and not any(s.up for s in found)
    ]


def _paused(recovery: Recovery, picture: Picture) -> Verdict:
    standing = picture.standing
    if standing.mode is Mode.ARMED:
        return FREE
    released_at = recovery.released_at
    if (
        standing.mode is Mode.PAUSED
        and is_overruled(recovery)
        and released_at is not None
        and (standing.since is None or released_at >= standing.since)
    ):
        return FREE
    return Verdict(
        True,
        f'mode {standing}',
        'mode set armed, or ' + _release(recovery),
    )


def _storm(
    recovery: Recovery, picture: Picture, limits: GuardLimits
) -> Verdict:
    if is_overruled(recovery) or not limits.storm.any:
        return FREE
    found = storm.of(
        recovery,
        picture.recoveries,
        picture.census,
        limits.storm,
        picture.now,
    )
    if not found:
        return FREE
    return Verdict(
        True,
        found,
        f'the picture to be sane for {limits.storm.cooldown:.0f} s, or '
        + _release(recovery),
    )


def cooling(recovery: Recovery, limits: GuardLimits) -> Verdict:
    """Return the verdict about a storm that is over, but only just."""
    return Verdict(
        True,
        f'{storm.STORM}the picture is sane again',
        f'it to stay so for {limits.storm.cooldown:.0f} s, or '
        + _release(recovery),
    )


def _grace(
    recovery: Recovery, picture: Picture, limits: GuardLimits
) -> Verdict:
    end = picture.started_at + datetime.timedelta(seconds=limits.start_grace)
    if (
        picture.now >= end
        or recovery.fencing_since < picture.started_at
        or is_overruled(recovery)
    ):
        return FREE
    return Verdict(
        True,
        f'grace: nova-ha-fencer was started at '
        f'{picture.started_at:%H:%M:%S} UTC, and the picture may not be '
        'complete yet',
        f'{end:%H:%M:%S} UTC, or ' + _release(recovery),
    )


def _control_plane(picture: Picture, limits: GuardLimits) -> Verdict:
    """An operator's release changes nothing: nova could not do it."""
    at = picture.census.at
    if not limits.control_plane or at is None:
        return FREE
    if picture.now - at > CONTROL_PLANE_KNOWN:
        return FREE
    missing = missing_services(picture.services)
    if not missing:
        return FREE
    words = ' and no '.join(missing)
    return Verdict(
        True,
        f'control plane: no {words} is up, nova could not evacuate anything',
        'nova to call one of each up',
    )


def _throttle(
    recovery: Recovery, picture: Picture, limits: GuardLimits
) -> Verdict:
    """The older go first.

    So of those that look at the same moment only as many see a free place
    as there are.
    """
    limit = limits.hosts_at_a_time
    if not limit or is_overruled(recovery):
        return FREE
    before = [
        r.host
        for r in picture.recoveries
        if r.uuid != recovery.uuid
        if r.state in _EVACUATES
        or (r.state in _QUEUED and storm.age(r) < storm.age(recovery))
    ]
    if len(before) < limit:
        return FREE
    return Verdict(
        True,
        f'queue: {len(before)} hosts go before this one and [guards] '
        f'hosts_at_a_time is {limit}',
        'one of them to end, or ' + _release(recovery),
    )


_EVACUATES = frozenset({RecoveryState.EVACUATING, RecoveryState.RETURNING})
_QUEUED = frozenset({RecoveryState.FORCING_DOWN, RecoveryState.HELD})


def _release(recovery: Recovery) -> str:
    """Told on a controller and far from it: without a program's name."""
    return f"an operator's release (recovery release {recovery.host})"

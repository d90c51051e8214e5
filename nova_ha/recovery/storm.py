# SPDX-License-Identifier: Apache-2.0
"""Too many hosts lost at once look like a fault of something else, pure.

Two counts, each within the whole cloud and within each aggregate and zone:

* hosts that *fail*: lost within the window, or being recovered right now,
  however long ago they were lost;
* hosts that are *away*: with a recovery that has not ended, held ones too, or
  forced down in nova by anybody.

The first has a limit in hosts, the second one in percent. One lost host is
never a storm, so that an aggregate of one host is not in one all the time.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import states
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import RecoveryState

AT_WORK = frozenset(
    {
        RecoveryState.REQUESTED,
        RecoveryState.FENCING,
        RecoveryState.FORCING_DOWN,
        RecoveryState.EVACUATING,
    }
)
"""In flight: these count, however old they are (promise 9)."""

STORM = 'storm: '
"""What begins the word of each hold by this guard."""

FEW = 2
NAMED = 5
"""How many hosts a message names before it only counts."""


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """Hosts that are counted together.

    :ivar name: such as ``aggregate rack1``.
    """

    name: str
    hosts: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Census:
    """Which hosts there are, as nova told it in advance.

    :ivar hosts: all with a nova-compute.
    :ivar forced_down: those nova calls forced down.
    :ivar scopes: aggregates and zones.
    :ivar at: when nova was asked; None while it has never answered.
    """

    hosts: frozenset[str] = frozenset()
    forced_down: frozenset[str] = frozenset()
    scopes: tuple[Scope, ...] = ()
    at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class StormLimits:
    """0 means no limit.

    :ivar hosts: may fail within the window in the whole cloud.
    :ivar percent: of the hosts of the whole cloud may be away.
    :ivar group_hosts: and
    :ivar group_percent: the same, for each aggregate and zone.
    :ivar window: seconds.
    :ivar cooldown: seconds for which the picture must have been sane before
        what a storm holds is let go.
    """

    hosts: int = 0
    percent: float = 0.0
    group_hosts: int = 0
    group_percent: float = 0.0
    window: float = 300.0
    cooldown: float = 60.0

    @property
    def any(self) -> bool:
        """Whether anything is limited."""
        return bool(self.hosts or self.percent or self.group_hosts) or bool(
            self.group_percent
        )

    @property
    def any_group(self) -> bool:
        """Whether aggregates and zones matter."""
        return bool(self.group_hosts or self.group_percent)


def of(
    recovery: Recovery,
    recoveries: Iterable[Recovery],
    census: Census,
    limits: StormLimits,
    now: datetime.datetime,
) -> str:
    """Return the storm that the recovery is in, in words; '' for none.

    :param recoveries: all that have not ended, and those that ended lately.
    """
    all_of_them = tuple(recoveries)
    failing = _failing(recovery, all_of_them, limits, now)
    away = _away(all_of_them, census)
    cloud = Scope('the cloud', census.hosts | failing | away)
    scopes = [(cloud, limits.hosts, limits.percent)] + [
        (scope, limits.group_hosts, limits.group_percent)
        for scope in census.scopes
        if recovery.host in scope.hosts
    ]
    for scope, hosts, percent in scopes:
        found = _many(
            scope, failing & scope.hosts, hosts, limits.window
        ) or _much(scope, away & scope.hosts, percent)
        if found:
            return STORM + found
    return ''


def _many(
    scope: Scope, failing: frozenset[str], limit: int, window: float
) -> str:
    if not limit or len(failing) <= limit or len(failing) < FEW:
        return ''
    return (
        f'{len(failing)} hosts of {scope.name} ({_named(failing)}) failed '
        f'within {window:.0f} s or are being recovered, and {limit} may'
    )


def _much(scope: Scope, away: frozenset[str], percent: float) -> str:
    if not percent or len(away) < FEW:
        return ''
    if 100.0 * len(away) <= percent * len(scope.hosts):
        return ''
    return (
        f'{len(away)} of the {len(scope.hosts)} hosts of {scope.name} '
        f'({_named(away)}) are away, more than {percent:g} %'
    )


def _failing(
    recovery: Recovery,
    recoveries: Sequence[Recovery],
    limits: StormLimits,
    now: datetime.datetime,
) -> frozenset[str]:
    """Return the hosts that fail, were this recovery let go.

    Of those held, the older go first: once the window has passed, as many
    are let go as may be under way.
    """
    since = now - datetime.timedelta(seconds=limits.window)
    return frozenset(
        r.host
        for r in recoveries
        if r.state in AT_WORK
        or (r.state is not RecoveryState.CANCELLED and r.fencing_since > since)
        or (
            r.state is recovery.state is RecoveryState.HELD
            and age(r) <= age(recovery)
        )
    )


def _away(recoveries: Sequence[Recovery], census: Census) -> frozenset[str]:
    """Return the hosts that do not serve."""
    active = {r.host for r in recoveries if r.state not in states.FINAL}
    back = {
        r.host
        for r in recoveries
        if r.state is RecoveryState.COMPLETED
        and census.at is not None
        and r.updated_at >= census.at
    }
    return frozenset(active | (census.forced_down - back))


def age(recovery: Recovery) -> tuple[datetime.datetime, str]:
    """Return what sorts recoveries, the oldest first."""
    return recovery.requested_at, recovery.uuid


def _named(hosts: frozenset[str]) -> str:
    named = ', '.join(sorted(hosts)[:NAMED])
    more = len(hosts) - NAMED
    return f'{named} and {more} more' if more > 0 else named

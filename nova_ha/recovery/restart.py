# SPDX-License-Identifier: Apache-2.0
"""Where the restart groups stand, from plain data.

A group may start when each that it comes after has been let go: because it
is up, or because its time is over. All moments follow from the rows, so a
restart of nova-ha in the middle finds them again.

Hosts that fail together are seen together: the rows of every active recovery
count. As long as another host is on its way to being evacuated and its
instances are not listed yet, no group counts as up, for some of it may be
there. A host that is held, or that could not be fenced, is not waited for.
What is skipped is no part of a group any more.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import eligibility
from nova_ha.recovery.groups import Group
from nova_ha.recovery.groups import ReadyWhen
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState

NAMED = 3
"""How many instances a message names before it only counts."""

SOON = frozenset(
    {
        RecoveryState.REQUESTED,
        RecoveryState.FENCING,
        RecoveryState.FORCING_DOWN,
    }
)
"""States of a recovery whose instances are about to be listed."""

Times = Mapping[str, datetime.datetime]
"""By instance, since when."""


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """What is known at one moment.

    :ivar rows: of every active recovery.
    :ivar over: whose record nova has ended well, though nobody has looked
        at the server yet.
    :ivar answering: whose port answers.
    :ivar begun: when this host's evacuations began.
    :ivar unlisted: hosts whose instances are not listed yet.
    """

    groups: Mapping[str, Group]
    rows: Sequence[Evacuation]
    begun: datetime.datetime
    now: datetime.datetime
    over: Times = dataclasses.field(default_factory=dict)
    answering: Times = dataclasses.field(default_factory=dict)
    unlisted: Sequence[str] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where one group stands.

    :ivar may_start: since when its instances may be asked for; None while
        it waits for others.
    :ivar up: since when it is up; None while it is not.
    :ivar let_go: since when those after it wait no longer.
    :ivar overdue: they stopped to wait before it was up.
    :ivar changes: when it is let go at the latest, or its delay is over.
    :ivar missing: those of its members that are not up.
    """

    group: Group
    may_start: datetime.datetime | None
    up: datetime.datetime | None
    let_go: datetime.datetime | None
    overdue: bool
    changes: datetime.datetime | None
    missing: Sequence[Evacuation] = ()


def standings(scene: Scene) -> Mapping[str, Standing]:
    """Return where each group stands."""
    found: dict[str, Standing] = {}

    def see(name: str) -> Standing:
        if name not in found:
            group = scene.groups[name]
            before = [see(b) for b in group.after if b in scene.groups]
            found[name] = _standing(scene, group, before)
        return found[name]

    for name in scene.groups:
        see(name)
    return found


def waits_for(row: Evacuation, found: Mapping[str, Standing]) -> Sequence[str]:
    """Return the groups an instance has to wait for.

    One without a group, or of a group that nobody has described, waits for
    none.
    """
    standing = found.get(row.group)
    if standing is None or standing.may_start is not None:
        return ()
    return [
        name
        for name in standing.group.after
        if name in found and found[name].let_go is None
    ]


def is_stuck(standing: Standing) -> bool:
    """Whether the group will not come up by itself: one has failed."""
    return standing.let_go is None and any(
        row.state is EvacuationState.FAILED for row in standing.missing
    )


def to_probe(scene: Scene) -> Mapping[str, int]:
    """Return the ports to try, by instance: those that are to answer and
    have not.
    """
    return {
        row.instance: scene.groups[row.group].ready.port
        for row in _members(scene.rows, scene.groups)
        if scene.groups[row.group].ready.when is ReadyWhen.TCP
        and row.state is EvacuationState.SUCCEEDED
        and eligibility.expected(row) == 'active'
        and row.instance not in scene.answering
    }


def unlisted(
    mine: Recovery, active: Iterable[Recovery], rows: Iterable[Evacuation]
) -> Sequence[str]:
    """Return the other hosts whose instances are about to be listed."""
    listed = {row.recovery for row in rows}
    return sorted(
        r.host
        for r in active
        if r.uuid != mine.uuid
        and (
            r.state in SOON
            or (r.state is RecoveryState.EVACUATING and r.uuid not in listed)
        )
    )


def in_words(standing: Standing, hosts: Sequence[str] = ()) -> str:
    """Say what a group lacks to be up.

    :param hosts: whose instances are not listed yet.
    """
    lacks = [
        f'{row.name} {_lack(standing.group, row)}'
        for row in standing.missing[:NAMED]
    ]
    if standing.missing[NAMED:]:
        lacks.append(f'{len(standing.missing) - NAMED} more')
    if hosts:
        lacks.append(f'the instances of {", ".join(hosts)} are not known yet')
    told = ', '.join(lacks) or str(standing.group.ready)
    return f'{standing.group.name} is not up ({told})'


def _lack(group: Group, row: Evacuation) -> str:
    if row.state is EvacuationState.FAILED:
        return f'failed: {row.message}'
    if row.state is EvacuationState.SUCCEEDED:
        if group.ready.when is ReadyWhen.TCP:
            return f'does not answer on port {group.ready.port}'
        return 'is there, but not for long enough'
    return f'is {row.state.value}'


def _members(
    rows: Iterable[Evacuation], names: Collection[str]
) -> Sequence[Evacuation]:
    return [
        row
        for row in rows
        if row.group in names and row.state is not EvacuationState.SKIPPED
    ]


def _standing(
    scene: Scene, group: Group, before: Sequence[Standing]
) -> Standing:
    started = [b.let_go for b in before]
    may_start = (
        None
        if None in started
        else max([scene.begun, *(s for s in started if s is not None)])
    )
    members = _members(scene.rows, {group.name})
    ups = {row: _up(scene, group, row) for row in members}
    missing = [row for row, up in ups.items() if up is None]
    if may_start is None:
        return Standing(group, None, None, None, False, None, missing)
    due = may_start + datetime.timedelta(seconds=group.timeout)
    up = None if missing or scene.unlisted else _last(group, may_start, ups)
    changes = due if up is None else min(due, up)
    let_go = changes if changes <= scene.now else None
    reached = up if up is not None and up <= scene.now else None
    return Standing(
        group=group,
        may_start=may_start,
        up=reached,
        let_go=let_go,
        overdue=let_go is not None and (reached is None or reached > due),
        changes=None if let_go else changes,
        missing=missing if reached is None else (),
    )


def _last(
    group: Group,
    may_start: datetime.datetime,
    ups: Mapping[Evacuation, datetime.datetime | None],
) -> datetime.datetime:
    """Return when a group of which none is missing is, or will be, up."""
    times = [up for up in ups.values() if up is not None]
    if not times:
        return may_start  # none of it is on the hosts that failed
    delay = datetime.timedelta(seconds=group.ready.seconds)
    return max(may_start, max(times) + delay)


def _up(
    scene: Scene, group: Group, row: Evacuation
) -> datetime.datetime | None:
    """Return since when one instance passes its group's gate."""
    when = group.ready.when
    if row.state is not EvacuationState.SUCCEEDED:
        over = scene.over.get(row.instance)
        return over if when is ReadyWhen.EVACUATED else None
    since = row.ended_at or scene.begun
    if when is ReadyWhen.TCP and eligibility.expected(row) == 'active':
        return scene.answering.get(row.instance)
    return since

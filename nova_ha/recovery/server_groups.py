# SPDX-License-Identifier: Apache-2.0
"""Nova's server groups: who must not be evacuated at the same time.

An instance under way is nowhere yet, as nova's scheduler sees it. So two of
one anti-affinity group may be sent to the same host; the second is refused
there, late, and has used an attempt up (nova 34). One after the other they
are spread well. The rows of every active recovery count.

Strict affinity: nova's scheduler accepts the hosts only where members of the
group are, and counts the instance itself where it was. Where all of them were
on the failed host, be it one, it finds none (nova 34, tried in process).
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import datetime

from nova_ha.recovery import ordering
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.states import RecoveryState

APART = 'anti-affinity'
TOGETHER = 'affinity'


def apart(
    groups: Iterable[ServerGroup], instances: Collection[str]
) -> Mapping[str, ServerGroup]:
    """Return, by instance, the groups that have to be kept apart.

    :param instances: those of this recovery; groups of others only do not
        matter.
    """
    return {
        member: group
        for group in groups
        if group.policy == APART and not group.members.isdisjoint(instances)
        for member in group.members
    }


def must_wait(
    mine: Recovery,
    active: Iterable[Recovery],
    rows: Iterable[Evacuation],
    kept_apart: Mapping[str, ServerGroup],
    over: Collection[str],
    now: datetime.datetime,
) -> Collection[str]:
    """Return those of this recovery's instances that have to wait.

    One of a group at a time; of several that are due, the one of the oldest
    recovery goes first, so that two controllers that decide at the same
    moment do not choose two.

    :param rows: of every active recovery.
    :param over: whose record is over, though nobody has looked yet.
    """
    place = {r.uuid: (r.requested_at, r.uuid) for r in active}
    evacuating = {
        r.uuid for r in active if r.state is RecoveryState.EVACUATING
    }
    lines: dict[str, list[Evacuation]] = {}
    waiting: set[str] = set()
    taken: set[str] = set()
    for row in ordering.in_order(rows):
        group = kept_apart.get(row.instance)
        if group is None:
            continue
        if row.state in states.EVACUATION_OPEN:
            if row.instance not in over:
                taken.add(group.id)
        elif row.recovery in evacuating and ordering.is_due(row, now):
            lines.setdefault(group.id, []).append(row)
    for key, line in lines.items():
        first = min(line, key=lambda r: place[r.recovery])
        waiting.update(
            row.instance
            for row in line
            if row.recovery == mine.uuid and (key in taken or row is not first)
        )
    return waiting


def stranded(
    groups: Iterable[ServerGroup], left: Collection[str]
) -> Mapping[str, ServerGroup]:
    """Return, by instance, the strict affinity groups whose members are all
    left on the failed host.

    :param left: instances that are not elsewhere yet.
    """
    return {
        member: group
        for group in groups
        if group.policy == TOGETHER and group.members.issubset(left)
        for member in group.members
    }


def in_words(group: ServerGroup) -> str:
    """Say why nova finds no host for its members, and what to do."""
    return (
        f'all members of the server group {group.name} (policy affinity) are '
        'on the failed host, and nova lets them start only there: delete the '
        f'group (openstack server group delete {group.id}; its members go on '
        'without it) and retry'
    )

# SPDX-License-Identifier: Apache-2.0
"""How far a recovery is, from the service's answer alone; pure.

An *answer* here is the JSON of ``GET /v1/recoveries/{uuid}``. ``now`` is
the service's time, so that a clock of ours that is wrong does no harm.
"""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from nova_ha.osc import text

EVACUATED = 'evacuated'
COMPLETED = 'completed'
FINAL = frozenset({COMPLETED, 'cancelled'})
"""Nothing follows these states of a recovery."""

BROKEN = frozenset({'fence_failed', 'evacuation_failed', 'cancelled'})
"""What was to be done has not been done."""

REACHED: Mapping[str, frozenset[str]] = {
    EVACUATED: frozenset({EVACUATED, 'returning', COMPLETED}),
    COMPLETED: frozenset({COMPLETED}),
}
"""The states in which as much as this is done."""

ENDED = ('succeeded', 'failed', 'skipped')
"""States of an evacuation that is over."""

ORDER = (
    'failed',
    'restoring',
    'migrating',
    'requested',
    'pending',
    'skipped',
    'succeeded',
)
"""States of evacuations, what needs to be seen first."""

NEXT: Mapping[str, str] = {
    'fence_failed': 'Nothing is evacuated before the host is known to be '
    'off. See to its BMC, then "openstack ha recovery retry {uuid}"; or, if '
    'you have seen that it is off, "openstack ha recovery confirm off '
    '{uuid}".',
    'held': 'A guard holds the evacuations back. "openstack ha recovery '
    'release {uuid}" overrules it.',
    'evacuation_failed': 'Some instances stayed behind. When the reason is '
    'gone: "openstack ha recovery retry {uuid}".',
}
"""What a person can do, by the state that needs somebody."""


@dataclasses.dataclass(frozen=True, slots=True)
class Phase:
    """A stay in one state.

    :ivar seconds: how long it lasted, or has lasted until now.
    :ivar over: another state has followed.
    """

    state: str
    seconds: float
    over: bool


def phases(
    answer: Mapping[str, Any], now: datetime.datetime
) -> Sequence[Phase]:
    """Return the states that the recovery has been in, oldest first."""
    recovery = answer['recovery']
    entered = [('requested', recovery['requested_at'])]
    for event in answer['events']:
        if event['state'] != entered[-1][0]:
            entered.append((event['state'], event['at']))
    if entered[-1][0] != recovery['state']:
        entered.append((recovery['state'], recovery['state_since']))
    final = recovery['state'] in FINAL
    found = []
    for at, (state, since) in enumerate(entered):
        last = at + 1 == len(entered)
        until = now if last else _at(entered[at + 1][1])
        # The end lasts for ever; that is no phase's length.
        seconds = 0.0 if last and final else _seconds(since, until)
        found.append(Phase(state, seconds, over=not last or final))
    return found


def elapsed(answer: Mapping[str, Any], now: datetime.datetime) -> float:
    """Return the seconds from the request to now, or to the end."""
    recovery = answer['recovery']
    over = recovery['state'] in FINAL
    until = _at(recovery['state_since']) if over else now
    return _seconds(recovery['requested_at'], until)


def counts(answer: Mapping[str, Any]) -> Mapping[str, int]:
    """Return how many evacuations are in which state, as in :data:`ORDER`."""
    found = Counter(one['state'] for one in answer['evacuations'])
    known = {state: found.pop(state) for state in ORDER if state in found}
    return known | dict(found)


def accounted(answer: Mapping[str, Any]) -> int:
    """Return how many instances nothing more is done about."""
    found = counts(answer)
    return sum(found.get(state, 0) for state in ENDED)


def in_order(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the evacuations, what needs to be seen first."""
    places = {state: place for place, state in enumerate(ORDER)}
    return sorted(
        answer['evacuations'],
        key=lambda one: (places.get(one['state'], -1), one['name']),
    )


def seconds_of(
    evacuation: Mapping[str, Any], now: datetime.datetime
) -> float | None:
    """Return how long the last attempt took, or has taken; None: no try."""
    asked = evacuation.get('asked_at')
    if not asked:
        return None
    ended = evacuation.get('ended_at')
    return _seconds(asked, _at(ended) if ended else now)


def exit_code(answer: Mapping[str, Any], until: str) -> int | None:
    """Return how watching ends: 0 done, 1 not done; None: it goes on.

    :param until: a key of :data:`REACHED`.
    """
    state = answer['recovery']['state']
    if state in REACHED[until]:
        return 0
    return 1 if state in BROKEN else None


def advice(recovery: Mapping[str, Any]) -> str:
    """Return what a person can do now; '' where nothing needs them."""
    found = NEXT.get(recovery['state'], '')
    # As much of it as the commands need: it stays on one line.
    return found.format(uuid=recovery['uuid'][: text.SHORT])


def _at(value: str) -> datetime.datetime:
    at = text.moment(value)
    assert at is not None
    return at


def _seconds(since: str, until: datetime.datetime) -> float:
    return max((until - _at(since)).total_seconds(), 0.0)

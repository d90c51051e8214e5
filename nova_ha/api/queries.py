# SPDX-License-Identifier: Apache-2.0
"""From parameters that their schema allows to what the store is asked."""

from collections.abc import Mapping
import datetime
from typing import Any

from nova_ha.api import errors
from nova_ha.recovery.listing import NEWEST_FIRST
from nova_ha.recovery.listing import Order
from nova_ha.recovery.listing import RecoveryQuery
from nova_ha.recovery.listing import SortKey
from nova_ha.recovery.states import RecoveryState

BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
"""Before it nothing was written, and not every database goes further."""


def recoveries(
    wanted: Mapping[str, Any], host: str | None, limit: int
) -> RecoveryQuery:
    """Return which recoveries are wanted.

    :param host: nova's name of it.
    :raises errors.BadRequest: a time or an order that makes no sense.
    """
    since = wanted.get('changes-since')
    return RecoveryQuery(
        limit=limit,
        host=host,
        states=frozenset(map(RecoveryState, wanted.get('state', ()))),
        active=wanted.get('active'),
        origin=wanted.get('origin'),
        changed_since=None if since is None else _time(since),
        order=_order(wanted['sort']) if 'sort' in wanted else NEWEST_FIRST,
        marker=wanted.get('marker'),
    )


def _time(text: str) -> datetime.datetime:
    try:
        at = datetime.datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=datetime.UTC)
        return max(at.astimezone(datetime.UTC), BEGINNING)
    except (ValueError, OverflowError):
        raise errors.BadRequest(
            f'changes-since: {text!r} is no time by ISO 8601, such as '
            '2026-03-01T12:00:00Z; a + in it is written as %2B'
        ) from None


def _order(text: str) -> tuple[Order, ...]:
    """Return the keys that rows are sorted by.

    :raises errors.BadRequest: one is named twice.
    """
    found = []
    for word in text.split(','):
        name, _, direction = word.partition(':')
        found.append(Order(SortKey(name), direction == 'desc'))
    if len({order.key for order in found}) < len(found):
        raise errors.BadRequest(f'sort: {text!r} names a key twice')
    return tuple(found)

# SPDX-License-Identifier: Apache-2.0
"""Which recoveries people want to see, and in what order; pure.

Lists are read page by page. A page begins behind a row that the page before
ended with, the marker; so rows that are added meanwhile move nothing.
"""

from collections.abc import Sequence
import dataclasses
import datetime
import enum
from typing import Generic
from typing import TypeVar

from nova_ha.recovery.states import RecoveryState

Row = TypeVar('Row')


class SortKey(enum.Enum):
    """What recoveries may be sorted by; none of it is ever missing."""

    REQUESTED_AT = 'requested_at'
    UPDATED_AT = 'updated_at'
    STATE_SINCE = 'state_since'
    STATE = 'state'
    HOST = 'host'
    ORIGIN = 'origin'


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One key that is sorted by, and whether the greatest comes first."""

    key: SortKey
    descending: bool = False


NEWEST_FIRST = (Order(SortKey.REQUESTED_AT, descending=True),)


@dataclasses.dataclass(frozen=True, slots=True)
class RecoveryQuery:
    """A page of recoveries; what is None or empty restricts nothing.

    :ivar host: nova's name of it.
    :ivar states: one of these.
    :ivar active: those that have not ended, or those that have.
    :ivar changed_since: written then or later.
    :ivar order: the first key counts first; rows that are equal in all of
        them come in the order in which they were made, the newest first
        unless ``requested_at`` is sorted by the other way round.
    :ivar limit: rows of a page, at least 1.
    :ivar marker: uuid of the last recovery of the page before.
    """

    limit: int
    host: str | None = None
    states: frozenset[RecoveryState] = frozenset()
    active: bool | None = None
    origin: str | None = None
    changed_since: datetime.datetime | None = None
    order: tuple[Order, ...] = NEWEST_FIRST
    marker: str | None = None

    @property
    def newest_first(self) -> bool:
        """How rows come that are equal in all keys."""
        oldest = Order(SortKey.REQUESTED_AT, descending=False)
        return oldest not in self.order


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list.

    :ivar more: there are further ones behind the last.
    """

    rows: Sequence[Row]
    more: bool = False

# SPDX-License-Identifier: Apache-2.0
"""Times, durations and words, as people read them."""

import datetime
import re
from typing import Any

UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
SHORT = 8
"""Characters of a uuid that are enough to tell it from others."""


def printable(value: Any) -> str:
    """Return it without what would move a terminal's cursor or colour it."""
    return ''.join(
        c if c.isprintable() or c == '\n' else ' ' for c in str(value)
    )


def moment(value: str | None) -> datetime.datetime | None:
    """Return the time that an answer has in ISO 8601."""
    return None if not value else datetime.datetime.fromisoformat(value)


def utc(value: str | None) -> str:
    """Return a time of an answer to the second, in UTC; '' for none."""
    at = moment(value)
    if at is None:
        return ''
    return at.astimezone(datetime.UTC).strftime('%Y-%m-%d %H:%M:%S')


def clock(value: str | None) -> str:
    """Return the time of day, in UTC; '' for none."""
    return utc(value).partition(' ')[2]


def span(seconds: float) -> str:
    """Return a duration: ``0.4 s``, ``12.3 s``, ``4 min 5 s``, ``2 h 3 min``.

    A clock that is behind makes no negative one.
    """
    seconds = max(seconds, 0.0)
    if round(seconds, 1) < 60:
        return f'{seconds:.1f} s'
    whole = round(seconds)
    if whole < 3600:
        return f'{whole // 60} min {whole % 60} s'
    if whole < 86400:
        return f'{whole // 3600} h {whole % 3600 // 60} min'
    return f'{whole // 86400} d {whole % 86400 // 3600} h'


def counted(number: int, one: str, many: str = '') -> str:
    """Return ``1 instance``, ``2 instances``."""
    return f'{number} {one if number == 1 else many or one + "s"}'

# SPDX-License-Identifier: Apache-2.0
"""Waiting for something with a deadline."""

from collections.abc import Callable
import time
from typing import TypeVar

from tests.lab.errors import LabError

T = TypeVar('T')


class DeadlinePassed(LabError):
    """What was waited for did not come about in time."""


def wait_until(
    check: Callable[[], T], timeout: float, what: str, interval: float = 0.1
) -> T:
    """Call ``check`` until it returns something true, and return that.

    :param timeout: seconds.
    :param what: completes the sentence "waited N s for ...".
    :raises DeadlinePassed: with the last answer of ``check``.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise DeadlinePassed(
                f'waited {timeout:g} s for {what}; last seen: {answer!r}'
            )
        time.sleep(interval)

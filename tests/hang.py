# SPDX-License-Identifier: Apache-2.0
"""Ends a test process whose test hangs, and tells where each thread stands.

Without it a deadlock says nothing: the run waits until somebody loses
patience, and what they see is the test before.
"""

from collections.abc import Callable
import faulthandler
import functools
import os
import sys
import unittest

import testtools

SECONDS = 400.0
"""For one test, and what is set up before it and its class. Several times
what the longest takes on two cores, of which another worker has one."""

_waits: list[Callable[[], None]] = []


def guard() -> None:
    """Have this process ended if a test in it lasts too long.

    ``NOVA_HA_TEST_SECONDS`` says how long; 0, for ever: for a debugger.
    """
    seconds = float(os.environ.get('NOVA_HA_TEST_SECONDS', SECONDS))
    if seconds <= 0:
        return
    wait = functools.partial(
        faulthandler.dump_traceback_later,
        seconds,
        exit=True,
        file=sys.__stderr__,
    )
    _waits.append(wait)
    # testtools has a run() of its own.
    for kind in (unittest.TestCase, testtools.TestCase):
        kind.run = _watched(kind.run, wait)


def count_anew() -> None:
    """Let the time begin once more: what is slow is seen to go on."""
    for wait in _waits:
        wait()


def _watched(
    run: Callable[..., object], wait: Callable[[], None]
) -> Callable[..., object]:
    @functools.wraps(run)
    def watched(test: unittest.TestCase, *arguments: object) -> object:
        wait()
        try:
            return run(test, *arguments)
        finally:
            # What belongs to the class is taken down, or set up, now.
            wait()

    return watched

# SPDX-License-Identifier: Apache-2.0
"""Processes that serve people give way to those that fence."""

import contextlib
import os

NICE = 10


def step_back() -> None:
    """Take the processor only when the fencer does not want it.

    Where that is not allowed, and our systemd unit allows no change of
    priorities, the process does its work all the same.
    """
    with contextlib.suppress(OSError):
        os.nice(NICE)

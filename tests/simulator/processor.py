# SPDX-License-Identifier: Apache-2.0
"""Keeps a process that simulates to one processor.

Its threads take turns, so a second one cannot make it any faster; but each
turn that is handed to another processor costs time: a quarter of all.
"""

import os
import socket

_taken: list[socket.socket] = []


def keep_to_one() -> None:
    """Choose a processor that no other such process has; else leave it."""
    for processor in sorted(os.sched_getaffinity(0)):
        # Nobody else can have an address that is in use, and whoever had it
        # gives it back when it ends, however it does.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f'\0nova-ha-simulator-{processor}')
        except OSError:
            claim.close()
        else:
            _taken.append(claim)
            os.sched_setaffinity(0, {processor})
            return

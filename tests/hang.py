# SPDX-License-Identifier: Apache-2.0
"""Ends a test process that hangs, and tells where each thread stands.

Without it a deadlock says nothing: the run waits until somebody loses
patience, and what they see is the test before.
"""

import faulthandler
import os
import sys

SECONDS = 1500.0
"""Several times what all the tests of a process take on two cores."""


def guard():
    """Have this process ended if it lasts too long.

    ``NOVA_HA_TEST_SECONDS`` says how long; 0, for ever: for a debugger.
    """
    seconds = float(os.environ.get('NOVA_HA_TEST_SECONDS', SECONDS))
    if seconds > 0:
        faulthandler.dump_traceback_later(
            seconds, exit=True, file=sys.__stderr__
        )

# SPDX-License-Identifier: Apache-2.0
"""The one lab of all tests of a run."""

import atexit
import dataclasses
import functools
import os
import random
import signal
import subprocess
import sys
import time

from tests import hang
from tests.lab.config import LabConfig
from tests.lab.config import PROJECT
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.progress import Progress

#: Seconds; nova's default is 10. A host is back when its nova-compute has
#: reported twice, which most tests wait for.
REPORT_INTERVAL = 1

WIPE = ['--wipe']


class Lines(Progress):
    """One line at a time; standard output belongs to the runner.

    The first test waits for the lab: each step that ends shows that nothing
    hangs.
    """

    def __init__(self) -> None:
        super().__init__(sys.__stderr__)
        self._live = False

    def _line(self, text: str, started: float, note: str, end: str) -> None:
        super()._line(text, started, note, end)
        hang.count_anew()


progress = Lines()


def lab() -> Lab:
    """The lab, up and ready.

    :raises LabError: it does not come up; tried once in a run.
    """
    found = _found_or_failed()
    if isinstance(found, LabError):
        raise found
    return found


@functools.cache
def _found_or_failed() -> Lab | LabError:
    try:
        return _find()
    except LabError as error:
        return error


def _find() -> Lab:
    config = dataclasses.replace(
        LabConfig.from_environment(), report_interval=REPORT_INTERVAL
    )
    found = Lab(config)
    if not found.is_up():
        # So that what atexit knows is done when the run is ended from
        # outside.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        atexit.register(_take_down, found)
        found.up(progress)
    atexit.register(_tell_total, time.monotonic())
    return found


def _take_down(used: Lab) -> None:
    """In a process of its own: this one may not start threads any more."""
    keep = os.environ.get('NOVA_HA_E2E_KEEP_LOGS')
    subprocess.run(
        [sys.executable, '-m', 'tests.lab', 'down', *([] if keep else WIPE)],
        cwd=PROJECT,
        env={
            **os.environ,
            'NOVA_HA_LAB_DIR': str(used.config.base),
            'NOVA_HA_LAB_PORT_BASE': str(used.config.port_base),
        },
        stdin=subprocess.DEVNULL,
        stdout=sys.__stderr__,
        check=False,
    )


def _tell_total(started: float) -> None:
    progress.say(f'all tests took {time.monotonic() - started:.0f} s')


@functools.cache
def dice() -> random.Random:
    """Chooses the moments of kills; says how to have the same again."""
    seed = os.environ.get('NOVA_HA_E2E_SEED') or str(time.time_ns() % 10**6)
    progress.say(f'NOVA_HA_E2E_SEED={seed} repeats the moments of this run')
    return random.Random(seed)

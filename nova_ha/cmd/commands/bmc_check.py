# SPDX-License-Identifier: Apache-2.0
"""Trying all power devices at once, with progress on stderr."""

from collections.abc import Sequence
from concurrent import futures
import dataclasses
import sys
import time
from typing import TextIO

from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.ports import PowerDriver

AT_ONCE = 32
"""Devices that are tried at the same time."""

PLAIN_INTERVAL = 5.0
"""Seconds between two lines of progress where it is no terminal."""


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """What one device gave."""

    host: Host
    device: PowerDevice
    check: PowerCheck
    milliseconds: int


def check(
    power: PowerDriver,
    hosts: Sequence[Host],
    timeout: float,
    stream: TextIO | None = None,
) -> Sequence[Checked]:
    """Return what each device gave, in the order of the hosts file.

    :param timeout: seconds for each of them.
    :param stream: where progress goes; standard error by default.
    """
    with futures.ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(_check, power, host, device, timeout)
            for host in hosts
            for device in host.devices
        ]
        progress = _Progress(len(jobs), stream or sys.stderr)
        pending = set(jobs)
        while pending:
            _, pending = futures.wait(
                pending, PLAIN_INTERVAL, futures.FIRST_COMPLETED
            )
            progress.tell(len(jobs) - len(pending))
        progress.end()
    return [job.result() for job in jobs]


def _check(
    power: PowerDriver, host: Host, device: PowerDevice, timeout: float
) -> Checked:
    began = time.monotonic()
    found = power.check(host, device, Deadline.after(timeout))
    milliseconds = round((time.monotonic() - began) * 1000)
    return Checked(host, device, found, milliseconds)


class _Progress:
    """One line that is written over, or a line now and then."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._done = 0
        self._live = stream.isatty()
        self._told = time.monotonic()

    def tell(self, done: int) -> None:
        """Say how many devices have been tried, if it is time to."""
        self._done = done
        now = time.monotonic()
        if self._live:
            self._stream.write(f'\r{self._text()}')
            self._stream.flush()
        elif now - self._told >= PLAIN_INTERVAL:
            print(self._text(), file=self._stream, flush=True)
            self._told = now

    def end(self) -> None:
        """Leave the line clean for what follows."""
        if self._live:
            self._stream.write('\r' + ' ' * len(self._text()) + '\r')
            self._stream.flush()

    def _text(self) -> str:
        return f'{self._done} of {self._total} devices tried'

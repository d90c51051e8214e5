# SPDX-License-Identifier: Apache-2.0
"""Seconds from the failure to what had to come of it."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
import re
from typing import Any

from tests.lab.guests import GuestEvent
from tests.lab.scenarios.witnesses import Line

_NOTICED = (
    r'Timed out waiting for remote poke response from {host}\b',
    r'Lost connection to Pacemaker Remote node {host}\b',
    r'Result of (stop|monitor) operation .* on {host}: (?!ok|not running)',
    r'Result of monitor operation for {host} on .*: (?!ok)',
    r'Unexpected result .* on {host}\b',
    r'[Ff]encing .*\b{host}\b',
)
_DECIDED = r'Requesting (peer )?fencing .*\b{host}\b'


@dataclasses.dataclass(frozen=True)
class Figures:
    """Each None where it did not happen.

    :ivar noticed: by Pacemaker.
    :ivar decided: Pacemaker has asked for the fencing.
    :ivar off: by a fresh read of the power state, or a person's word.
    :ivar down: nova's service record says so.
    :ivar elsewhere: the last instance runs on another host.
    :ivar serving: the host is back, up and in the state it was found in.
    """

    noticed: float | None = None
    decided: float | None = None
    off: float | None = None
    down: float | None = None
    elsewhere: float | None = None
    serving: float | None = None

    @property
    def decided_to_down(self) -> float | None:
        """From Pacemaker's decision to nova's record saying down."""
        if self.decided is None or self.down is None:
            return None
        return self.down - self.decided


def of(
    host: str,
    failed_at: float,
    lines: Collection[Line],
    history: Iterable[Mapping[str, Any]],
    journal: Iterable[GuestEvent],
    instances: Collection[str],
) -> Figures:
    """The figures of one scenario.

    :param lines: of the transcript.
    :param history: events of the host's recovery; empty without one.
    :param instances: those that were on the host.
    """
    events: dict[str, float] = {}
    for event in history:
        at = datetime.datetime.fromisoformat(event['at']).timestamp()
        events.setdefault(event['name'], at)
    started = [
        event.time
        for event in journal
        if event.event == 'start'
        and event.host != host
        and event.uuid in instances
        and event.time >= failed_at
    ]

    def since(at: float | None) -> float | None:
        return None if at is None else round(at - failed_at, 3)

    return Figures(
        noticed=since(_first(lines, _NOTICED, host, failed_at)),
        decided=since(_first(lines, (_DECIDED,), host, failed_at)),
        off=since(events.get('off_verified')),
        # What a guard holds goes from there to held in one step.
        down=since(events.get('forced_down', events.get('guard_held'))),
        elsewhere=since(max(started, default=None)),
        serving=since(events.get('host_serving')),
    )


def _first(
    lines: Iterable[Line], patterns: Iterable[str], host: str, since: float
) -> float | None:
    wanted = re.compile('|'.join(patterns).replace('{host}', re.escape(host)))
    return min(
        (
            line.at
            for line in lines
            if line.who == 'pacemaker'
            and line.at >= since
            and wanted.search(line.text)
        ),
        default=None,
    )

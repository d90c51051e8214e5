# SPDX-License-Identifier: Apache-2.0
"""What nova-api itself wrote down about the requests it answered.

nova's own request log is a witness that owes nothing to the code under test:
it has every request with its sender, and milliseconds where nova's database
has whole seconds.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import datetime
import pathlib
import re

_LINE = re.compile(
    r'^(?P<ended>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) .*'
    r'nova\.api\.openstack\.requestlog \[\S+ \S+ (?P<user>\S+) .*?\] '
    r'\S+ "(?P<method>[A-Z]+) (?P<path>\S+)" '
    r'status: (?P<status>\d+) .*time: (?P<seconds>[\d.]+)'
)
_ID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


@dataclasses.dataclass(frozen=True)
class Request:
    """A request that nova-api has answered.

    :ivar started: seconds since the epoch.
    :ivar seconds: how long nova-api took for it.
    :ivar user: id of the keystone user.
    :ivar path: as it was asked for, with the query.
    """

    started: float
    seconds: float
    user: str
    method: str
    path: str
    status: int

    @property
    def ended(self) -> float:
        return self.started + self.seconds

    @property
    def kind(self) -> str:
        """Method and path without version, ids and query."""
        path = self.path.partition('?')[0].removeprefix('/v2.1')
        return f'{self.method} {_ID.sub("{id}", path)}'


def read(log: pathlib.Path, position: int = 0) -> list[Request]:
    """The requests logged from this byte of the log on, as they began."""
    with log.open('rb') as stream:
        stream.seek(position)
        text = stream.read().decode(errors='replace')
    return sorted(parse(text.splitlines()), key=lambda each: each.started)


def parse(lines: Iterable[str]) -> Iterator[Request]:
    """The requests among the lines of nova-api's log."""
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        # nova logs local time.
        ended = datetime.datetime.fromisoformat(found['ended']).timestamp()
        seconds = float(found['seconds'])
        yield Request(
            started=ended - seconds,
            seconds=seconds,
            user=found['user'],
            method=found['method'],
            path=found['path'],
            status=int(found['status']),
        )


def evacuations(requests: Iterable[Request]) -> list[Request]:
    """The server actions among them; the fencer asks for no other one."""
    return [
        each for each in requests if each.kind == 'POST /servers/{id}/action'
    ]

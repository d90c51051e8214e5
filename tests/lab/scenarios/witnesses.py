# SPDX-License-Identifier: Apache-2.0
"""What Pacemaker, nova-ha, nova and the hosts wrote down meanwhile.

Each source keeps its own log in its own form; here they become lines of one
transcript. All clocks are that of one machine.
"""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import datetime
import pathlib
import re

from tests.lab import apilog
from tests.lab import guests


@dataclasses.dataclass(frozen=True)
class Line:
    """Something that happened.

    :ivar at: seconds since the epoch.
    :ivar who: pacemaker, nova-ha, nova, guest, scenario.
    """

    at: float
    who: str
    text: str


_PACEMAKER = re.compile(
    r'(?P<at>[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d\.\d{3}) (?P<node>\S+) '
    r'+pacemaker-(?P<daemon>\w+) *\[\d+\] \((?P<function>\S+?)\)\s+'
    r'(?P<level>\w+): (?P<text>.*)'
)
#: What is worth telling of the thousands of lines.
_TELLING = re.compile(
    r'Timed out waiting for remote poke'
    r'|Lost connection to Pacemaker Remote'
    r'|Requesting (peer )?fencing'
    r"|Operation '(off|on|reboot)'"
    r'|is now (lost|member)|node .* is now '
    r'|Result of (start|stop) operation'
    r'|Result of monitor operation .*(Timed|error|failure)'
    r'|Unexpected result \(.*recorded for (start|stop|monitor)'
    r'|Cluster node .* will be fenced|Remote node .* will be fenced'
    r'|Scheduling Node|Fence \(|giving up'
    r'|was .*terminated|manually confirmed'
    r'|Setting nova-ha'
    r'|Remapping|S_ELECTION|lost quorum|acquired quorum'
)
#: A hint says no more than Pacemaker's own lines do.
_HINT = 'POST /v1/hints '
_TAIL = re.compile(r' \| .*$')
_OSLO = re.compile(
    r'(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) \d+ (?P<level>[A-Z]+) '
    r'(?P<module>nova_ha\S*) \[.*?\] (?P<text>.*)'
)


def pacemaker(log: pathlib.Path, since: float) -> Iterator[Line]:
    """What one controller's Pacemaker did and decided."""
    year = datetime.datetime.fromtimestamp(since).astimezone().year
    for text in _read(log):
        found = _PACEMAKER.match(text)
        if found is None or not _TELLING.search(found['text']):
            continue
        at = _local(f'{year} {found["at"]}', '%Y %b %d %H:%M:%S.%f')
        if at >= since:
            told = _TAIL.sub('', found['text'])
            yield Line(at, 'pacemaker', f'{found["node"]}: {told}')


def fencer(log: pathlib.Path, name: str, since: float) -> Iterator[Line]:
    """What one controller's fencer logged."""
    for text in _read(log):
        found = _OSLO.match(text)
        if found is None or _HINT in found['text']:
            continue
        at = _local(found['at'], '%Y-%m-%d %H:%M:%S.%f')
        if at >= since:
            level = '' if found['level'] == 'INFO' else f'{found["level"]} '
            yield Line(at, 'nova-ha', f'{name}: {level}{found["text"]}')


def hints(log: pathlib.Path, since: float) -> int:
    """How many alerts of Pacemaker's have reached one controller's fencer."""
    return sum(
        found is not None
        and _HINT in found['text']
        and _local(found['at'], '%Y-%m-%d %H:%M:%S.%f') >= since
        for found in map(_OSLO.match, _read(log))
    )


def nova(requests: Iterable[apilog.Request], since: float) -> Iterator[Line]:
    """What nova was asked to change."""
    for request in requests:
        if request.method != 'GET' and request.started >= since:
            yield Line(
                request.ended,
                'nova',
                f'{request.kind}: {request.status} after '
                f'{request.seconds:.3f} s',
            )


def hosts(events: Iterable[guests.GuestEvent], since: float) -> Iterator[Line]:
    """What the guests did, by the hosts' own journal."""
    for event in events:
        if event.time >= since:
            yield Line(
                event.time,
                'guest',
                f'{event.uuid} {_PAST[event.event]} on {event.host} '
                f'({event.what})',
            )


_PAST = {'start': 'started', 'stop': 'stopped'}


#: So many lines that differ in numbers only are told of those that repeat.
_OFTEN = 6
#: And so many of what happens to one instance after another.
_MANY = 60
_NUMBERS = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d+')


def told(lines: Iterable[Line], since: float, until: float) -> str:
    """The transcript, in seconds since the failure.

    While a host cannot be fenced, Pacemaker asks again and again; and of
    hundreds of instances each says the same.
    """
    kinds: collections.Counter[str] = collections.Counter()
    text = ''
    left_out = 0
    for line in sorted(lines, key=lambda each: each.at):
        if line.at > until:
            break
        kind = _NUMBERS.sub('#', line.text)
        kinds[kind] += 1
        if kinds[kind] > _bound(line):
            left_out += 1
            continue
        text += f'{line.at - since:+9.3f}  {line.who:<9}  {line.text}\n'
    if left_out:
        text += f'\n{left_out} lines like those above are left out.\n'
    return text


def _bound(line: Line) -> int:
    """How many of its kind are told."""
    repeats = line.who == 'pacemaker' or ' /v1/fence ' in line.text
    return _OFTEN if repeats else _MANY


def _read(log: pathlib.Path) -> list[str]:
    try:
        return log.read_text(errors='replace').splitlines()
    except FileNotFoundError:
        return []


def _local(text: str, form: str) -> float:
    """Logs are in local time."""
    return datetime.datetime.strptime(text, form).astimezone().timestamp()

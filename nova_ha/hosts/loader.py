# SPDX-License-Identifier: Apache-2.0
"""Reads a hosts file: everything right, or every problem at once."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import pathlib

from oslo_log import log as logging

from nova_ha.hosts import schema
from nova_ha.hosts import secret_files
from nova_ha.hosts import unique
from nova_ha.hosts.defaults import Defaults
from nova_ha.hosts.defaults import Schemas
from nova_ha.hosts.entry import Entry
from nova_ha.hosts.problems import HostsFileError
from nova_ha.recovery.model import Host
from nova_ha.yaml_file import document
from nova_ha.yaml_file import reading
from nova_ha.yaml_file.problems import field_of
from nova_ha.yaml_file.problems import Problem
from nova_ha.yaml_file.schema import breaches

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """A good hosts file.

    :ivar warnings: what works but should be put right.
    :ivar secret_paths: the files that hold secrets, each once.
    """

    hosts: tuple[Host, ...]
    warnings: tuple[str, ...] = ()
    secret_paths: tuple[pathlib.Path, ...] = ()


def load(path: str | pathlib.Path, schemas: Schemas) -> tuple[Host, ...]:
    """Return the hosts of the file, in its order; warnings are logged.

    :param schemas: the JSON schema of each power driver, by its name.
    :raises HostsFileError: the file cannot be used; it lists all problems.
    """
    loaded = read(path, schemas)
    for warning in loaded.warnings:
        LOG.warning('%s', warning)
    return loaded.hosts


def read(path: str | pathlib.Path, schemas: Schemas) -> Loaded:
    """Return the hosts of the file with warnings.

    :raises HostsFileError: the file cannot be used; it lists all problems.
    """
    path = pathlib.Path(path)
    parsed = reading.read(
        path, 'hosts_file', 'empty; it must list the hosts', HostsFileError
    )
    frame = _Frame(parsed)
    if not frame.holds:
        _require(path, frame.problems)
    common = Defaults(parsed, schemas)
    entries = [
        Entry(parsed, index, schemas, common, path.parent)
        for index in frame.sound
    ]
    problems = frame.problems + common.problems + _clashes(parsed, entries)
    for entry in entries:
        problems += entry.problems
    _require(path, problems)
    secret_paths = {at: None for e in entries for at in e.secret_paths}
    return Loaded(
        tuple(entry.host for entry in entries),
        (*_warnings(path, entries), *_open_to_all(secret_paths)),
        tuple(secret_paths),
    )


def _require(path: pathlib.Path, problems: list[Problem]) -> None:
    reading.require(path, problems, HostsFileError)


#: Where a breach of the form leaves nothing to look into: the host itself,
#: or what is read of it next. An unknown key is no such place.
_NEEDED = {
    (),
    ('name',),
    ('node',),
    ('node_address',),
    ('power',),
    ('reserved',),
}


class _Frame:
    """What is checked before a driver's schema is: the form of the file.

    :ivar problems: what is wrong with it.
    :ivar holds: good enough to look at single hosts.
    :ivar sound: the indexes of hosts whose own form is right.
    """

    def __init__(self, parsed: document.Document) -> None:
        self.problems: list[Problem] = []
        self.holds = True
        self._parsed = parsed
        unsound = set()
        for place, text in breaches(parsed.value, schema.FILE):
            self.problems.append(self._problem(place, text))
            if not self._in_host(place):
                self.holds = False
            elif place[2:3] in _NEEDED:
                unsound.add(place[1])
        count = len(parsed.value['hosts']) if self.holds else 0
        self.sound = [i for i in range(count) if i not in unsound]

    @staticmethod
    def _in_host(place: document.Path) -> bool:
        return place[:1] == ('hosts',) and len(place) > 1

    def _problem(self, place: document.Path, text: str) -> Problem:
        line = self._parsed.line(place)
        if not self._in_host(place):
            return Problem(line, '', field_of(place), text)
        field = field_of(place[2:])
        return Problem(line, self._host(int(place[1])), field, text)

    def _host(self, index: int) -> str:
        item = self._parsed.value['hosts'][index]
        name = item.get('name') if isinstance(item, dict) else None
        if isinstance(name, str) and name:
            return f'host {name}'
        return f'host number {index + 1}'


def _clashes(
    parsed: document.Document, entries: Sequence[Entry]
) -> list[Problem]:
    return [
        Problem(
            parsed.line(('hosts', entry.index, *field)),
            f'host {entry.host.name}',
            field_of(field),
            text,
        )
        for entry, field, text in unique.clashes(entries)
    ]


def _open_to_all(paths: Iterable[pathlib.Path]) -> Iterator[str]:
    for path in paths:
        if secret_files.others_may_read(path):
            yield (
                f'{path}: holds a secret, but every user of this machine may '
                f'read it; chmod 0640 {path}'
            )


def _warnings(path: pathlib.Path, entries: Sequence[Entry]) -> Iterator[str]:
    lines = [line for entry in entries for line in entry.secret_lines]
    if lines and secret_files.others_may_read(path):
        yield (
            f'{path}:{min(lines)}: holds a password, but every user of this '
            f'machine may read the file; chmod 0640 {path}, or use '
            'password_file'
        )

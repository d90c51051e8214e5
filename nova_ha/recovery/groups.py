# SPDX-License-Identifier: Apache-2.0
"""Restart groups: which instances come after which others, and when.

Written by the operator as a mapping (the section ``groups`` of a file)::

    db:  {ready: {tcp: 5432}, timeout: 300}
    app: {after: [db]}

:func:`of` reads it and says all that is wrong with it at once.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import enum
import math
from typing import Any

TIMEOUT = 600.0
"""Seconds for which a group may hold others, where nothing else is said."""

KEYS = ('after', 'ready', 'timeout')

MAX_PORT = 65535


class ReadyWhen(enum.Enum):
    """When an instance of a group counts as up."""

    EVACUATED = 'evacuated'
    """Nova's record of its evacuation is over, and well."""

    ACTIVE = 'active'
    """The server itself was seen elsewhere in the state it shall have."""

    TCP = 'tcp'
    """A port on one of its addresses answers."""

    DELAY = 'delay'
    """So many seconds have passed since the last of the group was seen."""


@dataclasses.dataclass(frozen=True, slots=True)
class Readiness:
    """The gate that a group has to pass before others come after it.

    :ivar port: of TCP.
    :ivar seconds: of DELAY.
    """

    when: ReadyWhen = ReadyWhen.ACTIVE
    port: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.when is ReadyWhen.TCP:
            return f'TCP port {self.port} answers'
        if self.when is ReadyWhen.DELAY:
            return f'{self.seconds:g} s after the last is active'
        return str(self.when.value)


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Instances that start together.

    :ivar after: the groups that have to be up before.
    :ivar ready: when it is up itself.
    :ivar timeout: seconds, from when it may start, after which what comes
        after it waits no longer.
    """

    name: str
    after: tuple[str, ...] = ()
    ready: Readiness = Readiness()
    timeout: float = TIMEOUT


class InvalidGroups(ValueError):
    """The groups cannot be used.

    :ivar problems: each says where, what is wrong and what would be right.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__('; '.join(problems))
        self.problems = tuple(problems)


def of(mapping: object) -> Mapping[str, Group]:
    """Return the groups by name, in the file's order.

    :param mapping: as YAML reads it; None where the section is empty.
    :raises InvalidGroups: with every problem, not only the first.
    """
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        raise InvalidGroups(
            ['groups: must be a mapping of group names, such as {db: {}}']
        )
    problems: list[str] = []
    groups = {
        name: _group(name, body, problems)
        for name, body in mapping.items()
        if _is_name(name, problems)
    }
    problems += _unknown(groups)
    problems += [
        f'groups.{cycle[0]}.after: {cycle_told(cycle)}'
        for cycle in cycles(groups)
    ]
    if problems:
        raise InvalidGroups(problems)
    return groups


def awaited(groups: Mapping[str, Group]) -> Collection[str]:
    """Return the groups that another one comes after."""
    return {name for group in groups.values() for name in group.after}


def cycles(groups: Mapping[str, Group]) -> Sequence[Sequence[str]]:
    """Return the rings of groups each of which comes after the next."""
    found: list[Sequence[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name in groups and name not in done:
            for before in groups[name].after:
                visit(before, [*path, name])
            done.add(name)

    for name in groups:
        visit(name, [])
    return found


def cycle_told(cycle: Sequence[str]) -> str:
    """Say in words what is wrong with a ring."""
    ring = ' after '.join(cycle)
    return f'{ring}: none of them could ever start; take one of these out'


def _unknown(groups: Mapping[str, Group]) -> Iterator[str]:
    known = ', '.join(groups)
    for group in groups.values():
        for before in group.after:
            if before not in groups:
                yield (
                    f'groups.{group.name}.after: there is no group '
                    f'{before!r}; there are: {known}'
                )


def group(name: str, body: object) -> Group:
    """Return one group of a mapping; references are not looked at.

    :raises InvalidGroups: with every problem.
    """
    problems: list[str] = []
    made = _group(name, body, problems)
    if problems:
        raise InvalidGroups(problems)
    return made


def _is_name(name: object, problems: list[str]) -> bool:
    good = isinstance(name, str) and 0 < len(name) <= 255
    if not good:
        problems.append(
            f'groups: {name!r} is no name of a group: write a text of 1 to '
            '255 characters (in quotes if it looks like a number)'
        )
    return good


def _group(name: str, body: object, problems: list[str]) -> Group:
    where = f'groups.{name}'
    if body is None:
        return Group(name)
    if not isinstance(body, Mapping):
        problems.append(f'{where}: must be a mapping with {_either(KEYS)}')
        return Group(name)
    problems.extend(
        f'{where}: {key!r} is not known here; there are: {", ".join(KEYS)}'
        for key in body
        if key not in KEYS
    )
    return Group(
        name=name,
        after=_after(f'{where}.after', body.get('after'), problems),
        ready=_ready(f'{where}.ready', body.get('ready'), problems),
        timeout=_seconds(
            f'{where}.timeout', body.get('timeout', TIMEOUT), problems
        ),
    )


def _after(where: str, value: Any, problems: list[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(v, str) for v in value):
        return tuple(dict.fromkeys(value))
    problems.append(f'{where}: must be a list of group names, such as [db]')
    return ()


def _ready(where: str, value: Any, problems: list[str]) -> Readiness:
    if value is None:
        return Readiness()
    if value in ('evacuated', 'active'):
        return Readiness(ReadyWhen(value))
    if isinstance(value, Mapping) and list(value) == ['tcp']:
        return Readiness(
            ReadyWhen.TCP, port=_port(f'{where}.tcp', value['tcp'], problems)
        )
    if isinstance(value, Mapping) and list(value) == ['delay']:
        seconds = _seconds(f'{where}.delay', value['delay'], problems)
        return Readiness(ReadyWhen.DELAY, seconds=seconds)
    problems.append(
        f'{where}: must be evacuated, active, {{tcp: PORT}} or '
        f'{{delay: SECONDS}}, not {value!r}'
    )
    return Readiness()


def _port(where: str, value: Any, problems: list[str]) -> int:
    if type(value) is int and 0 < value <= MAX_PORT:
        return value
    problems.append(f'{where}: must be a port, 1 to {MAX_PORT}, not {value!r}')
    return 0


def _seconds(where: str, value: Any, problems: list[str]) -> float:
    if type(value) in (int, float) and value >= 0 and math.isfinite(value):
        return float(value)
    problems.append(f'{where}: must be seconds, 0 or more, not {value!r}')
    return 0.0


def _either(words: Sequence[str]) -> str:
    return f'{", ".join(words[:-1])} or {words[-1]}'

# SPDX-License-Identifier: Apache-2.0
"""Reads a rules file: everything right, or every problem at once."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import pathlib
from typing import Any

from nova_ha.recovery.groups import Group
from nova_ha.recovery.rules import KEYS_ON
from nova_ha.recovery.rules import Rule
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.rules import Source
from nova_ha.rules import groups
from nova_ha.rules import schema
from nova_ha.rules.entry import Entry
from nova_ha.rules.problems import RulesFileError
from nova_ha.yaml_file import reading
from nova_ha.yaml_file.document import Document
from nova_ha.yaml_file.document import Path
from nova_ha.yaml_file.problems import field_of
from nova_ha.yaml_file.problems import Problem
from nova_ha.yaml_file.schema import breaches

EMPTY = 'empty; a file without rules has the line "rules: []"'


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """A good rules file.

    :ivar warnings: what works but is hardly meant.
    """

    rules: Rules
    warnings: tuple[str, ...] = ()


def read(path: str | pathlib.Path) -> Loaded:
    """Return what the file says, with warnings.

    :raises RulesFileError: the file cannot be used; it lists all problems.
    """
    path = pathlib.Path(path)
    parsed = reading.read(path, '[policy] rules_file', EMPTY, RulesFileError)
    reading.require(path, list(_of_form(parsed)), RulesFileError)
    found = groups.section(parsed.value)
    entries = [
        Entry(parsed, index, path.name, found)
        for index in range(len(parsed.value['rules']))
    ]
    problems = [*_of_groups(parsed, found), *_same_names(parsed, entries)]
    for entry in entries:
        problems += entry.problems
    reading.require(path, problems, RulesFileError)
    rules = [entry.rule for entry in entries]
    return Loaded(
        Rules(tuple(rules), _keys_on(parsed.value), found),
        tuple(f'{path}: {text}' for text in _never_heard(rules)),
    )


def _keys_on(value: Mapping[str, Any]) -> Sequence[Source]:
    """Return whose keys count, in the order in which they are heard."""
    wanted = value.get('keys_on')
    if wanted is None:
        return KEYS_ON
    return tuple(source for source in Source if source.value in wanted)


def _of_form(parsed: Document) -> Iterator[Problem]:
    for place, text in breaches(parsed.value, schema.FILE):
        line = parsed.line(place)
        if place[:1] == ('rules',) and len(place) > 1:
            where = _rule(parsed, int(place[1]))
            yield Problem(line, where, field_of(place[2:]), text)
        elif place[:1] == ('groups',) and len(place) > 1:
            field = field_of(place[2:])
            yield Problem(line, f'group {place[1]}', field, text)
        else:
            yield Problem(line, '', field_of(place), text)


def _rule(parsed: Document, index: int) -> str:
    item = parsed.value['rules'][index]
    name = item.get('name') if isinstance(item, dict) else None
    if isinstance(name, str) and name:
        return f"rule '{name}'"
    return f'rule number {index + 1}'


def _of_groups(
    parsed: Document, found: Mapping[str, Group]
) -> Iterator[Problem]:
    for place, text in groups.breaches(found):
        path: Path = ('groups', *place)
        where, field = f'group {place[0]}', field_of(place[1:])
        yield Problem(parsed.line(path), where, field, text)


def _same_names(
    parsed: Document, entries: Sequence[Entry]
) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries):
        name = entry.rule.name
        line = parsed.line(('rules', index, 'name'))
        if name in seen:
            yield Problem(
                line,
                f"rule '{name}'",
                'name',
                f'is already the name of the rule in line {seen[name]}',
            )
        seen.setdefault(name, line)


def _never_heard(rules: Sequence[Rule]) -> Iterator[str]:
    """Tell of rules behind one that has no conditions and says as much."""
    decided: dict[Any, Rule] = {}
    for rule in rules:
        if all(question in decided for question in rule.answers):
            first = decided[next(iter(rule.answers))]
            yield (
                f'{rule} is never heard: {first}, which stands before it, is '
                'about every instance; put it behind'
            )
        if rule.conditions == type(rule.conditions)():
            for question in rule.answers:
                decided.setdefault(question, rule)

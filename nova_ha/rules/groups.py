# SPDX-License-Identifier: Apache-2.0
"""The section ``groups``: restart groups, and which comes after which."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from nova_ha.recovery import groups
from nova_ha.recovery.groups import Group
from nova_ha.yaml_file.document import Path
from nova_ha.yaml_file.problems import did_you_mean
from nova_ha.yaml_file.schema import Schema

_NAME = {'type': 'string', 'minLength': 1, 'maxLength': 255}
_SECONDS = {'type': 'number', 'minimum': 0}

_READY: Schema = {
    'anyOf': [
        {'enum': ['active', 'evacuated']},
        {
            'type': 'object',
            'additionalProperties': False,
            'required': ['tcp'],
            'properties': {
                'tcp': {'type': 'integer', 'minimum': 1, 'maximum': 65535}
            },
        },
        {
            'type': 'object',
            'additionalProperties': False,
            'required': ['delay'],
            'properties': {'delay': _SECONDS},
        },
    ],
    'hint': 'must be active, evacuated, {tcp: PORT} or {delay: SECONDS}',
}

SCHEMA: Schema = {
    'type': 'object',
    'additionalProperties': {
        # "db:" with nothing behind it is a group without wishes.
        'type': ['object', 'null'],
        'additionalProperties': False,
        'properties': {
            'after': {
                'type': ['string', 'array'],
                'minLength': 1,
                'items': _NAME,
            },
            'ready': _READY,
            'timeout': {
                'type': 'number',
                'exclusiveMinimum': 0,
                'hint': 'must be a number of seconds, more than 0',
            },
        },
    },
}


def section(value: Mapping[str, Any]) -> Mapping[str, Group]:
    """Return the groups of a file whose form is right, by name."""
    found = value.get('groups') or {}
    return {name: groups.group(name, body) for name, body in found.items()}


def breaches(found: Mapping[str, Group]) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong between the groups."""
    for name, group in found.items():
        for earlier in group.after:
            if earlier not in found:
                yield (
                    (name, 'after'),
                    f'no group {earlier!r}{did_you_mean(earlier, found)}',
                )
    for cycle in groups.cycles(found):
        yield (cycle[0], 'after'), groups.cycle_told(cycle)

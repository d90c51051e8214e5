# SPDX-License-Identifier: Apache-2.0
"""The schema of the hosts file, and its breaches in plain words.

A driver brings the schema of its own part (``DeviceDriver.SCHEMA``). In it
``default`` is filled in, and these words are ours:

``secret``
    true for a parameter that is never shown and may be given as
    ``<name>_file`` instead;
``hint``
    what to say of any breach of this part;
``identity``
    lists of names, each list one thing under several names: the parameters
    that together name a device, which no two hosts share;
``alone``
    true where a host with such a device has no other;
``none``
    what to say of an empty list.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import jsonschema

from nova_ha.hosts.document import Path
from nova_ha.hosts.problems import did_you_mean

Schema = Mapping[str, Any]
Breach = tuple[Path, str]
#: A jsonschema ValidationError, which types its attributes 'maybe unset'.
Error = Any

_NAME = {'type': 'string', 'pattern': r'^\S+$', 'maxLength': 255}
#: One device, or a list of them.
_DEVICES = {
    'type': ['object', 'array'],
    'minItems': 1,
    'items': {'type': 'object'},
    'none': 'names no device; list at least one',
}

FILE: Schema = {
    'type': 'object',
    'additionalProperties': False,
    'required': ['hosts'],
    'properties': {
        'defaults': {
            'type': 'object',
            'additionalProperties': False,
            'properties': {'power': _DEVICES},
        },
        'hosts': {
            'type': 'array',
            'minItems': 1,
            'none': 'names no host; list at least one',
            'items': {
                'type': 'object',
                'additionalProperties': False,
                'required': ['name'],
                'properties': {
                    'name': _NAME,
                    'node': _NAME,
                    'node_address': _NAME,
                    'reserved': {'type': 'boolean'},
                    'power': _DEVICES,
                },
            },
        },
    },
}

_KINDS = {
    'string': 'text',
    'integer': 'a whole number',
    'number': 'a number',
    'boolean': 'true or false',
    'array': 'a list (lines that begin with "- ")',
    'object': 'a mapping (key: value)',
}


def breaches(value: Any, schema: Schema) -> Iterator[Breach]:
    """Yield the path and the description of everything that is wrong."""
    validator = jsonschema.Draft202012Validator(dict(schema))
    for error in validator.iter_errors(value):
        yield from _described(error)


def _described(error: Error) -> Iterator[Breach]:
    path: Path = tuple(error.absolute_path)
    hint = error.schema.get('hint')
    if hint:
        yield path, str(hint)
    elif error.validator == 'additionalProperties':
        known = error.schema.get('properties', {})
        for key in error.instance:
            if key not in known:
                yield (*path, key), 'unknown' + did_you_mean(key, known)
    elif error.validator == 'required':
        for key in error.validator_value:
            if key not in error.instance:
                yield (*path, key), _missing(key, error.schema)
    else:
        describe = _DESCRIBE.get(str(error.validator), _in_general)
        yield path, describe(error)


def _missing(key: str, schema: Schema) -> str:
    if schema.get('properties', {}).get(key, {}).get('secret'):
        return f'missing; give {key} or {key}_file'
    return 'missing'


def _type(error: Error) -> str:
    value = error.instance
    kinds = error.validator_value
    kinds = [kinds] if isinstance(kinds, str) else kinds
    found = _found(value)
    if kinds == ['string'] and not _is_collection(value):
        return (
            f'must be text, but YAML reads this as {found}; put it in quotes'
        )
    wanted = ' or '.join(_KINDS.get(kind, kind) for kind in kinds)
    return f'must be {wanted}, not {found}'


def _found(value: Any) -> str:
    """Name the kind of a value without showing it: it may be a secret."""
    if value is None:
        return 'nothing'
    kinds = (
        (bool, 'true or false (yes, no, on and off are such words too)'),
        (int, 'a number'),
        (float, 'a number'),
        (str, 'text'),
        (list, 'a list'),
        (dict, 'a mapping'),
    )
    for kind, name in kinds:
        if isinstance(value, kind):
            return name
    return f'a {type(value).__name__}'


def _is_collection(value: Any) -> bool:
    return isinstance(value, list | dict)


def _shown(error: Error) -> str:
    if error.schema.get('secret'):
        return 'the value'
    return repr(error.instance)


def _enum(error: Error) -> str:
    choices = ' or '.join(map(str, error.validator_value))
    return f'{_shown(error)} is not one of {choices}'


def _pattern(error: Error) -> str:
    if not error.instance:
        return 'must not be empty'
    return f'{_shown(error)} has characters that are not allowed here'


def _max_length(error: Error) -> str:
    return f'longer than {error.validator_value} characters'


def _min_items(error: Error) -> str:
    return str(error.schema['none'])


def _in_general(error: Error) -> str:
    if error.schema.get('secret'):
        return f'breaks the rule {error.validator}={error.validator_value}'
    return str(error.message)


_DESCRIBE: Mapping[str, Callable[[Error], str]] = {
    'type': _type,
    'enum': _enum,
    'pattern': _pattern,
    'maxLength': _max_length,
    'minItems': _min_items,
    'minLength': lambda _error: 'must not be empty',
}

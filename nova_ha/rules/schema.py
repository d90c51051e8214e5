# SPDX-License-Identifier: Apache-2.0
"""The schema of the rules file, apart from restart groups."""

from nova_ha.recovery.rules import Source
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState
from nova_ha.rules import groups
from nova_ha.yaml_file.schema import Schema

_TEXT = {'type': 'string', 'minLength': 1, 'maxLength': 255}
#: One pattern, or a list of them of which any may match.
_GLOBS = {
    'type': ['string', 'array'],
    'minLength': 1,
    'minItems': 1,
    'none': 'an empty list matches nothing; name what it shall match',
    'items': _TEXT,
}
_PAIRS = {
    'type': 'object',
    'minProperties': 1,
    'additionalProperties': _GLOBS,
}
#: Minutes, or text such as 24h.
_DURATION = {'type': ['integer', 'string']}

_WHEN: Schema = {
    'type': 'object',
    'additionalProperties': False,
    'properties': {
        'name': _GLOBS,
        'project': _GLOBS,
        'availability_zone': _GLOBS,
        'flavor': _GLOBS,
        'tags': _GLOBS,
        'metadata': _PAIRS,
        'extra_specs': _PAIRS,
        'image': _PAIRS,
        'host': _GLOBS,
        'aggregate': _GLOBS,
        'aggregate_metadata': _PAIRS,
    },
}

_SET: Schema = {
    'type': 'object',
    'additionalProperties': False,
    'minProperties': 1,
    'properties': {
        'evacuate': {'type': 'boolean', 'hint': 'must be yes or no'},
        'priority': {
            'type': 'integer',
            'minimum': 0,
            'maximum': 1000,
            'hint': 'must be a whole number from 0 to 1000',
        },
        'group': _TEXT,
        'target_state': {'enum': [word.value for word in TargetState]},
        'storage': {'enum': [word.value for word in StorageClass]},
        'disk': {'enum': [word.value for word in DiskPolicy]},
        'wait': _DURATION,
        'then': {'type': 'string'},
        'max_age': _DURATION,
        'reset_state': {'type': 'boolean', 'hint': 'must be on or off'},
    },
}

FILE: Schema = {
    'type': 'object',
    'additionalProperties': False,
    'required': ['rules'],
    'properties': {
        'rules': {
            'type': 'array',
            'items': {
                'type': 'object',
                'additionalProperties': False,
                'required': ['name', 'set'],
                'properties': {
                    'name': _TEXT,
                    'reason': _TEXT,
                    'when': _WHEN,
                    'set': _SET,
                },
            },
        },
        'groups': groups.SCHEMA,
        'keys_on': {
            'type': 'array',
            'items': {'enum': [source.value for source in Source]},
        },
    },
}

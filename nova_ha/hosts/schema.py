# SPDX-License-Identifier: Apache-2.0
"""The schema of the hosts file.

A driver brings the schema of its own part (``DeviceDriver.SCHEMA``); beside
the words of :mod:`nova_ha.yaml_file.schema` it has ``default``, which is
filled in, and these:

``identity``
    lists of names, each list one thing under several names: the parameters
    that together name a device, which no two hosts share;
``alone``
    true where a host with such a device has no other.
"""

from nova_ha.yaml_file.schema import Schema

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

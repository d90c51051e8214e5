# SPDX-License-Identifier: Apache-2.0
"""Pieces of schemas that several resources share."""

from collections.abc import Mapping
from typing import Any

TIME: Mapping[str, Any] = {'type': 'string', 'format': 'date-time'}
TIME_OR_NULL: Mapping[str, Any] = {
    'type': ['string', 'null'],
    'format': 'date-time',
}
UUID: Mapping[str, Any] = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 64,
    'pattern': '^[0-9A-Za-z._-]+$',
}
TEXT: Mapping[str, Any] = {'type': 'string'}
TEXT_OR_NULL: Mapping[str, Any] = {'type': ['string', 'null']}
FLAG: Mapping[str, Any] = {'type': 'boolean'}
TEXTS: Mapping[str, Any] = {'type': 'array', 'items': TEXT}

LINKS: Mapping[str, Any] = {
    'type': 'array',
    'items': {
        'type': 'object',
        'properties': {'rel': TEXT, 'href': TEXT},
        'required': ['rel', 'href'],
        'additionalProperties': False,
    },
}
"""Where the next page of a list is, or a version of the API."""


def thing(
    properties: Mapping[str, Any], *, title: str = '', optional: str = ''
) -> Mapping[str, Any]:
    """Return an object with these properties and no others.

    :param title: under which the description of the API has it, if it is
        to stand there once.
    :param optional: names of those that may be missing, between blanks.
    """
    missing = optional.split()
    found: dict[str, Any] = {
        'type': 'object',
        'properties': dict(properties),
        'required': [name for name in properties if name not in missing],
        'additionalProperties': False,
    }
    return {'title': title, **found} if title else found

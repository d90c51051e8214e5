# SPDX-License-Identifier: Apache-2.0
"""``/v1/hosts`` and below."""

from collections.abc import Mapping
from typing import Any

NAME: Mapping[str, Any] = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'not': {'pattern': r'[\s\x00-\x1f/]'},
}

NOTHING: Mapping[str, Any] = {'type': 'object', 'additionalProperties': False}
"""A POST that says all in its path."""

# SPDX-License-Identifier: Apache-2.0
"""Takes requests apart, and refuses what their schema does not allow."""

from collections.abc import Mapping
import json
import re
from typing import Any

import falcon
import jsonschema

from nova_ha.api import errors

MAX_BODY = 64 * 1024
"""Bytes. The largest request there is has a few hundred."""
_INTEGER = re.compile(r'-?[0-9]{1,19}', re.ASCII)


def body(request: falcon.Request, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request's JSON object; an empty body is an empty object.

    :raises errors.BadRequest: the schema does not allow it.
    """
    raw = raw_body(request)
    try:
        data = json.loads(raw or b'{}', parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest(f'the body is no JSON: {error}') from None
    check(data, schema)
    return dict(data)


def raw_body(request: falcon.Request) -> bytes:
    """Return the request's body, whatever it is.

    :raises errors.BadRequest: it is too long, or does not say how long.
    """
    if request.get_header('Transfer-Encoding'):
        raise errors.BadRequest(
            'send the body with a Content-Length',
            'request.length-required',
            411,
        )
    if (request.content_length or 0) > MAX_BODY:
        raise errors.BadRequest(
            f'the body is longer than {MAX_BODY} bytes',
            'request.too-large',
            413,
        )
    return bytes(request.bounded_stream.read())


def _no_constant(text: str) -> None:
    """Refuse NaN and Infinity: no comparison with NaN refuses anything."""
    raise ValueError(f'{text} is no JSON')


def query(
    request: falcon.Request, schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters behind the question mark.

    Each is text; where the schema wants a number, a boolean or a list, it
    is made one if it can be.

    :raises errors.BadRequest: the schema does not allow them.
    """
    wanted = schema.get('properties', {})
    parameters = {
        name: _read(value, wanted.get(name, {}))
        for name, value in request.params.items()
    }
    check(parameters, schema)
    return parameters


def _read(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return what the text stands for; what cannot be read stays text."""
    kind = schema.get('type')
    if kind == 'array':
        items = value if isinstance(value, list) else [value]
        return [_read(item, schema.get('items', {})) for item in items]
    if isinstance(value, list):
        return value
    if kind == 'boolean':
        return {'true': True, 'false': False}.get(value.lower(), value)
    if kind == 'integer' and _INTEGER.fullmatch(value):
        return int(value)
    return value


def check(data: object, schema: Mapping[str, Any], name: str = '') -> None:
    """Refuse data that the schema does not allow.

    :param name: what the whole of it is called.
    :raises errors.BadRequest: with the field and what is wrong with it.
    """
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is None:
        return
    steps = [name] if name else []
    where = '.'.join([*steps, *(str(step) for step in error.absolute_path)])
    text = f'{where}: {error.message}' if where else error.message
    raise errors.BadRequest(text[:500])

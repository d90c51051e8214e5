# SPDX-License-Identifier: Apache-2.0
"""The heart's values as schemas: what :mod:`nova_ha.api.views` makes of them.

Both go by a value's fields, so neither can lag behind the other.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import enum
import types
import typing
from typing import Any

from nova_ha.api.schemas import common

_PLAIN: Mapping[object, Mapping[str, Any]] = {
    str: common.TEXT,
    bool: common.FLAG,
    int: {'type': 'integer'},
    float: {'type': 'number'},
    datetime.datetime: common.TIME,
}


def of(
    kind: type, *, title: str = '', leave_out: str = ''
) -> Mapping[str, Any]:
    """Return the schema of a dataclass.

    :param title: see :func:`~.common.thing`.
    :param leave_out: a field that is not shown.
    """
    hints = typing.get_type_hints(kind)
    return common.thing(
        {
            field.name: _schema(hints[field.name])
            for field in dataclasses.fields(kind)
            if field.name != leave_out
        },
        title=title,
    )


def one_of(kind: type[enum.Enum]) -> Mapping[str, Any]:
    """Return the schema of an enumeration."""
    return {'type': 'string', 'enum': [member.value for member in kind]}


def or_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema that allows null as well."""
    return {'anyOf': [schema, {'type': 'null'}]}


def _schema(hint: Any) -> Mapping[str, Any]:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return one_of(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return of(hint)
    return _compound(hint)


def _compound(hint: Any) -> Mapping[str, Any]:
    """Return the schema of a type that is made of others.

    :raises TypeError: there is no telling what would be shown of it.
    """
    inner = typing.get_args(hint)
    origin = typing.get_origin(hint)
    made: Mapping[object, Callable[[], Mapping[str, Any]]] = {
        types.UnionType: lambda: _optional(inner),
        typing.Union: lambda: _optional(inner),
        tuple: lambda: {'type': 'array', 'items': _schema(inner[0])},
        Sequence: lambda: {'type': 'array', 'items': _schema(inner[0])},
    }
    if origin not in made:
        raise TypeError(f'no schema is known for {hint!r}')
    return made[origin]()


def _optional(inner: tuple[Any, ...]) -> Mapping[str, Any]:
    [kind] = [one for one in inner if one is not types.NoneType]
    return or_null(_schema(kind))

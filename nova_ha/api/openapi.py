# SPDX-License-Identifier: Apache-2.0
"""The description of the API in OpenAPI 3.1, from its routes and schemas.

What is found on the Unix socket only is left out.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import json
import pathlib
import re
import sys
from typing import Any

from nova_ha.api import microversion
from nova_ha.api.operations import Access
from nova_ha.api.operations import Operation
from nova_ha.api.route import Route
from nova_ha.api.schemas import errors as error_schemas
from nova_ha.api.schemas import paths

_SECURITY = 'keystone'
_COMPONENTS = '#/components/schemas/'
_PARAMETER = re.compile(r'\{(\w+)\}')
_VERSION_HEADER = {
    'name': microversion.HEADER,
    'in': 'header',
    'required': False,
    'description': f'The version of the answer: {microversion.SERVICE} and a '
    'number, or latest. The oldest if it is missing or speaks of other '
    'services only.',
    'schema': {
        'type': 'string',
        'examples': [
            f'{microversion.SERVICE} {microversion.MAXIMUM}',
            f'{microversion.SERVICE} latest',
        ],
    },
}


def document(routes: Iterable[Route]) -> Mapping[str, Any]:
    """Return the description."""
    schemas = _Schemas()
    shown = {
        route.path: _path(route, schemas)
        for route in routes
        if not route.local
    }
    return {
        'openapi': '3.1.0',
        'info': {
            'title': 'nova-ha',
            'version': str(microversion.MAXIMUM),
            'description': 'Recovery of failed compute hosts: service type '
            f'{microversion.SERVICE}.',
            'license': {'name': 'Apache-2.0', 'identifier': 'Apache-2.0'},
        },
        'paths': shown,
        'components': {
            'schemas': schemas.named,
            'securitySchemes': {
                _SECURITY: {
                    'type': 'apiKey',
                    'in': 'header',
                    'name': 'X-Auth-Token',
                    'description': 'A token of Keystone.',
                }
            },
        },
    }


class _Schemas:
    """Puts schemas with a title where they stand once."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def of(self, schema: Any) -> Any:
        """Return the schema, or a reference to it.

        :raises ValueError: two different ones have the same title.
        """
        if isinstance(schema, list):
            return [self.of(item) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        plain = {key: self.of(value) for key, value in schema.items()}
        # A property may be called title as well; it is no string then.
        title = plain.get('title')
        if not isinstance(title, str):
            return plain
        if self.named.setdefault(title, plain) != plain:
            raise ValueError(f'two schemas are called {title}')
        return {'$ref': f'{_COMPONENTS}{title}'}


def _path(route: Route, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {
        method.lower(): _operation(route.path, operation, schemas)
        for method, operation in route.operations.items()
    }
    names = _PARAMETER.findall(route.path)
    found['parameters'] = [
        *(_in_path(name, schemas) for name in names),
        _VERSION_HEADER,
    ]
    return found


def _in_path(name: str, schemas: _Schemas) -> dict[str, Any]:
    return {
        'name': name,
        'in': 'path',
        'required': True,
        'schema': schemas.of(paths.PARAMETERS[name]),
    }


def _operation(
    path: str, operation: Operation, schemas: _Schemas
) -> dict[str, Any]:
    public = operation.rule is Access.PUBLIC
    found: dict[str, Any] = {
        'summary': operation.summary,
        'tags': [path.split('/')[2] if path.count('/') > 1 else 'versions'],
        'security': [] if public else [{_SECURITY: []}],
        'responses': dict(_answers(operation, schemas)),
    }
    if not public:
        found['description'] = f'Policy rule: `{operation.rule}`.'
    if operation.query is not None:
        found['parameters'] = list(_in_query(operation.query, schemas))
    if operation.body is not None:
        found['requestBody'] = {
            'required': bool(operation.body.get('required')),
            'content': _json(schemas.of(operation.body)),
        }
    return found


def _in_query(
    query: Mapping[str, Any], schemas: _Schemas
) -> Iterator[dict[str, Any]]:
    for name, schema in query['properties'].items():
        yield {
            'name': name,
            'in': 'query',
            'required': name in query.get('required', ()),
            'schema': schemas.of(schema),
        }


def _answers(
    operation: Operation, schemas: _Schemas
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        str(operation.status),
        {
            'description': 'It went well.',
            'content': _json(schemas.of(operation.answer)),
        },
    )
    if operation.failure is not None:
        status, schema = operation.failure
        yield (
            str(status),
            {
                'description': 'It is not so.',
                'content': _json(schemas.of(schema)),
            },
        )
    yield (
        'default',
        {
            'description': 'It did not; the code says why.',
            'content': _json(schemas.of(error_schemas.ERROR)),
        },
    )


def _json(schema: Any) -> dict[str, Any]:
    return {'application/json': {'schema': schema}}


def text(routes: Iterable[Route]) -> str:
    """Return the description as it is committed below ``api-ref``."""
    return json.dumps(document(routes), indent=1, sort_keys=True) + '\n'


def main() -> None:
    """Write it into the file that the command line names."""
    from nova_ha.api.routes import ROUTES  # noqa: PLC0415  it imports us

    pathlib.Path(sys.argv[1]).write_text(text(ROUTES), encoding='utf-8')


if __name__ == '__main__':
    main()

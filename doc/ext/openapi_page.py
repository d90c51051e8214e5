# SPDX-License-Identifier: Apache-2.0
"""``.. openapi:: FILE`` shows an OpenAPI description, an operation a section.

The file (``tox -e genopenapi`` writes it from the routes and schemas) is the
reference; this makes it readable without more than Sphinx.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import json
import pathlib
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from lifecycle_pages import table
from sphinx.application import Sphinx

METHODS = ('get', 'put', 'post', 'patch', 'delete')


class OpenApi(Directive):
    """Every operation of the file named, in the file's order."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        env = self.state.document.settings.env
        relative, path = env.relfn2path(self.arguments[0])
        env.note_dependency(relative)
        self.spec = json.loads(pathlib.Path(path).read_text('utf-8'))
        return [
            self._section(url, method, operation)
            for url, item in self.spec['paths'].items()
            for method, operation in item.items()
            if method in METHODS
        ]

    def _section(
        self, url: str, method: str, operation: Mapping[str, Any]
    ) -> nodes.section:
        title = f'{method.upper()} {url}'
        section = nodes.section(ids=[nodes.make_id(title)], names=[title])
        section += nodes.title('', '', nodes.literal(title, title))
        for key in ('summary', 'description'):
            if operation.get(key):
                section += self._text(operation[key])
        item = self.spec['paths'][url]
        given = [*item.get('parameters', ()), *operation.get('parameters', ())]
        rows = [self._parameter(self._resolve(one)) for one in given]
        if rows:
            headings = ('Parameter', 'In', 'Type', 'Meaning')
            section += table(headings, rows, (20, 12, 20, 48))
        body = operation.get('requestBody')
        if body:
            section += nodes.paragraph('', 'Body:')
            section += self._fields(self._resolve(body))
        answers = [
            (status, ' '.join(self._resolve(one)['description'].split()))
            for status, one in operation.get('responses', {}).items()
        ]
        section += table(('Answer', 'Meaning'), answers, (15, 85))
        return section

    def _text(self, text: str) -> nodes.Node:
        """Return prose; it is read as reStructuredText's plainest part."""
        box = nodes.container()
        lines = StringList(text.replace('`', '``').splitlines(), 'openapi')
        self.state.nested_parse(lines, self.content_offset, box)
        return box

    def _resolve(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        while '$ref' in value:
            found: Any = self.spec
            for step in value['$ref'].removeprefix('#/').split('/'):
                found = found[step]
            value = found
        return value

    def _parameter(self, one: Mapping[str, Any]) -> tuple[str, ...]:
        schema = self._resolve(one.get('schema', {}))
        name = one['name'] + (' *' if one.get('required') else '')
        return name, one['in'], _type(schema), one.get('description', '')

    def _fields(self, body: Mapping[str, Any]) -> nodes.Node:
        content = next(iter(body.get('content', {}).values()), {})
        schema = self._resolve(content.get('schema', {}))
        needed = schema.get('required', ())
        rows = [
            (
                name + (' *' if name in needed else ''),
                _type(self._resolve(field)),
                self._resolve(field).get('description', ''),
            )
            for name, field in self._properties(schema)
        ]
        if not rows:
            return nodes.paragraph('', 'an empty object')
        return table(('Field', 'Type', 'Meaning'), rows, (22, 30, 48))

    def _properties(
        self, schema: Mapping[str, Any]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield from schema.get('properties', {}).items()
        for part in schema.get('allOf', ()):
            yield from self._properties(self._resolve(part))


def _type(schema: Mapping[str, Any]) -> str:
    if 'enum' in schema:
        return 'one of ' + ', '.join(map(str, schema['enum']))
    kind = schema.get('type', 'anything')
    kinds = kind if isinstance(kind, str) else ' or '.join(kind)
    form = schema.get('format')
    return f'{kinds} ({form})' if form else kinds


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive('openapi', OpenApi)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}

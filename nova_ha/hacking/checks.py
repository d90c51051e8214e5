# SPDX-License-Identifier: Apache-2.0
"""Safety rules that no general linter knows, as one flake8 plugin.

They are few on purpose: each guards a promise or the tests of one.

* NH301: no ``time.sleep``: a wait must end when the service stops.
* NH302: recovery and engine read time from the ``Clock`` port only.
* NH303: no global ``CONF`` outside ``cmd`` and ``wsgi``.
* NH304: a handler that catches everything says why, on its line.
"""

import ast
from collections.abc import Iterator
from collections.abc import Sequence
import io
import pathlib
import re
import tokenize

#: Line, column, text, and the type that flake8 asks for.
Problem = tuple[int, int, str, type]

SLEEP = 'time.sleep'
GLOBAL_CONF = 'oslo_config.cfg.CONF'
CLOCKS = frozenset(
    {
        'datetime.date.today',
        'datetime.datetime.now',
        'datetime.datetime.today',
        'datetime.datetime.utcnow',
        'oslo_utils.timeutils.now',
        'oslo_utils.timeutils.utcnow',
        'oslo_utils.timeutils.utcnow_ts',
        'time.gmtime',
        'time.localtime',
        'time.monotonic',
        'time.monotonic_ns',
        'time.perf_counter',
        'time.time',
        'time.time_ns',
    }
)
CATCH_ALL = frozenset({'Exception', 'BaseException'})

NH301 = (
    'NH301 time.sleep cannot be interrupted: wait on the stop event, '
    'with a time-out'
)
NH302 = 'NH302 %s: recovery and engine read time from the Clock port'
NH303 = (
    'NH303 the global CONF belongs to cmd and wsgi: take the ConfigOpts, '
    'or the values, as an argument'
)
NH304 = 'NH304 this catches everything: say why in a comment on the line'

_NOQA = re.compile(
    r'#\s*noqa(:\s*[A-Z]+\d+([,\s]+[A-Z]+\d+)*)?', re.IGNORECASE
)
_WORD = re.compile(r'[^\W\d_]{2,}')


class SafetyChecks:
    """The flake8 plugin; flake8 makes one for each file.

    :param tree: the parsed source.
    :param filename: its path, from which the rules in force follow.
    :param lines: the source, for the comments that the tree has lost.
    """

    name = 'nova-ha-safety-checks'
    version = '1'

    def __init__(
        self, tree: ast.Module, filename: str, lines: Sequence[str]
    ) -> None:
        self._tree = tree
        self._lines = lines
        self._part = _part_of(filename)
        self._names = _imported_names(tree)

    def run(self) -> Iterator[Problem]:
        """Yield each breach of a rule."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Attribute | ast.Name):
                yield from self._check_name(node)
            elif isinstance(node, ast.Call):
                yield from self._check_call(node)
            elif isinstance(node, ast.ImportFrom):
                yield from self._check_import(node)
            elif isinstance(node, ast.ExceptHandler):
                yield from self._check_handler(node)

    def _check_name(self, node: ast.Attribute | ast.Name) -> Iterator[Problem]:
        path = self._resolve(node)
        if path == SLEEP and self._may_not_sleep():
            yield self._problem(node, NH301)
        elif path == GLOBAL_CONF and isinstance(node, ast.Attribute):
            yield from self._check_conf(node)

    def _check_call(self, node: ast.Call) -> Iterator[Problem]:
        # A clock may be named, as the default of an argument, not read.
        path = self._resolve(node.func)
        timed = self._part[1:2] in (('recovery',), ('engine',))
        if path in CLOCKS and timed:
            yield self._problem(node, NH302 % path)

    def _check_import(self, node: ast.ImportFrom) -> Iterator[Problem]:
        for alias in node.names:
            if f'{node.module}.{alias.name}' == GLOBAL_CONF:
                yield from self._check_conf(node)

    def _check_conf(
        self, node: ast.Attribute | ast.ImportFrom
    ) -> Iterator[Problem]:
        ours = self._part[:1] == ('nova_ha',)
        if ours and self._part[1:2] not in (('cmd',), ('wsgi',)):
            yield self._problem(node, NH303)

    def _check_handler(self, node: ast.ExceptHandler) -> Iterator[Problem]:
        if _catches_all(node.type) and not self._has_reason(node):
            yield (node.lineno, node.col_offset, NH304, type(self))

    def _may_not_sleep(self) -> bool:
        return self._part[:1] == ('nova_ha',) or self._part[:2] == (
            'tests',
            'unit',
        )

    def _has_reason(self, node: ast.ExceptHandler) -> bool:
        comment = _comment_of(self._lines[node.lineno - 1])
        return len(_WORD.findall(_NOQA.sub('', comment))) > 1

    def _resolve(self, node: ast.expr) -> str:
        """Return the dotted path that a name stands for, or ''."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, '')
        if isinstance(node, ast.Attribute):
            base = self._resolve(node.value)
            return f'{base}.{node.attr}' if base else ''
        return ''

    def _problem(self, node: ast.expr | ast.stmt, text: str) -> Problem:
        return (node.lineno, node.col_offset, text, type(self))


def _part_of(filename: str) -> tuple[str, ...]:
    """Return the path from ``nova_ha`` or ``tests`` on, without suffix."""
    parts = pathlib.PurePath(filename).with_suffix('').parts
    for top in ('nova_ha', 'tests'):
        if top in parts:
            return parts[len(parts) - 1 - parts[::-1].index(top) :]
    return ()


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Map each imported name to the dotted path it stands for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition('.')[0]
                names[alias.asname or first] = (
                    alias.name if alias.asname else first
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = (
                    f'{node.module}.{alias.name}'
                )
    return names


def _catches_all(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_catches_all(part) for part in caught.elts)
    return isinstance(caught, ast.Name) and caught.id in CATCH_ALL


def _comment_of(line: str) -> str:
    """Return the comment of one line; a handler's line is never cut short."""
    tokens = tokenize.generate_tokens(io.StringIO(line.strip()).readline)
    return ''.join(
        token.string for token in tokens if token.type == tokenize.COMMENT
    )

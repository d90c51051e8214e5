# SPDX-License-Identifier: Apache-2.0
"""Finds in nova_ha's source every text that calls for a person.

What people are called with goes through few places: an alarm or a trouble
of the notifier, the alarm of an outcome, a critical line in the log, what a
guard says, what the health says. From the expression there the text is
traced back: through names, conditional expressions, attributes and returns
of functions, to the literals it is made of. Every hole of a literal is
written ``{}``.

Where tracing ends at something that is not ours (an error's own text), what
is left is a hole alone; the test that uses this names each such place.
"""

import ast
from collections.abc import Iterator
import dataclasses
import functools
import pathlib
import re

import nova_ha

ROOT = pathlib.Path(nova_ha.__file__).parent
SOURCES = (
    'engine',
    'recovery',
    'hosts/registry.py',
    'cmd/local_fencing.py',
    'cmd/readiness.py',
)
READINESS = 'cmd/readiness.py'
HEALTH = ('cmd/local_fencing.py', 'engine/cluster_side.py')
HOLE = '{}'
DEEP = 12


@dataclasses.dataclass(frozen=True)
class Place:
    """Where people are called.

    :ivar function: its name, with the module below nova_ha.
    :ivar texts: what may be said there, sorted.
    """

    function: str
    line: int
    texts: tuple[str, ...]


class _Module:
    def __init__(self, path):
        self.name = str(path.relative_to(ROOT))
        self.tree = ast.parse(path.read_text())
        self.parents = {
            child: node
            for node in ast.walk(self.tree)
            for child in ast.iter_child_nodes(node)
        }

    @functools.cached_property
    def functions(self):
        return [
            n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef)
        ]

    def function_of(self, node):
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef):
                return node
        return None


@functools.cache
def _modules():
    paths = [ROOT / source for source in SOURCES]
    return [
        _Module(path)
        for place in paths
        for path in sorted(place.rglob('*.py') if place.is_dir() else [place])
        if 'capacity' not in path.parts
    ]


@functools.cache
def _functions():
    """Return name -> the functions of that name, wherever they are."""
    found = {}
    for module in _modules():
        for node in module.functions:
            found.setdefault(node.name, []).append((module, node))
    return found


@functools.cache
def _calls():
    """Return name -> the calls of that name, wherever they are."""
    found = {}
    for module in _modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = _name_of(node.func)
                found.setdefault(name, []).append((module, node))
    return found


@functools.cache
def _fields():
    """Return class -> its fields in order, of dataclasses."""
    found = {}
    for module in _modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                found[node.name] = [
                    line.target.id
                    for line in node.body
                    if isinstance(line, ast.AnnAssign)
                    and isinstance(line.target, ast.Name)
                ]
    return found


def _name_of(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ''


def places() -> Iterator[Place]:
    """Yield every place where people are called."""
    for module in _modules():
        for node in ast.walk(module.tree):
            for said in _said(module, node):
                function = module.function_of(node)
                name = f'{module.name}:{function.name if function else ""}'
                texts = {t for t in _texts(module, said, DEEP) if t.strip()}
                yield Place(name, node.lineno, tuple(sorted(texts)))


def _said(module, node):
    """Yield the expressions that people are called with by this node."""
    if isinstance(node, ast.Call):
        yield from _said_by_call(module, node)
    elif module.name in HEALTH and isinstance(node, ast.Assign):
        yield from [
            node.value for t in node.targets if _name_of(t) in ('note', 'gone')
        ]
    elif module.name == READINESS and isinstance(node, ast.Yield):
        yield node.value


def _said_by_call(module, node):
    name = _name_of(node.func)
    if name == 'Outcome':
        yield from (k.value for k in node.keywords if k.arg == 'alarm')
    elif name == 'critical' and module.name != 'notification/log.py':
        bare = ast.literal_eval(node.args[0]) == '%s'
        yield node.args[1 if bare else 0]
    elif name == 'append' and _collects(module, ast.unparse(node.func)):
        yield node.args[0]
    elif _calls_somebody(module, node):
        yield from node.args[1:2]
    elif name == '_finding':
        yield node.args[2]


def _collects(module, to):
    """Whether what is appended to is told to people."""
    return to.endswith('alarms.append') or (
        module.name in HEALTH and to in ('problems.append', 'notes.append')
    )


def _calls_somebody(module, node):
    """Whether the second argument is what people are told."""
    name = _name_of(node.func)
    if name == 'alarm':
        # Those that only hand on are no places of their own.
        return module.function_of(node).name != 'alarm'
    if name == 'trouble':
        return 'notifier' in ast.unparse(node.func)
    return name == 'Verdict' and module.name == 'recovery/guards.py'


def _texts(module, node, depth):
    """Return all that the expression may say."""
    if depth == 0:
        return {HOLE}
    kind = type(node).__name__
    reader = _READERS.get(kind)
    return reader(module, node, depth - 1) if reader else {HOLE}


def _constant(_module, node, _depth):
    if not isinstance(node.value, str):
        return set()
    return {re.sub(r'%[sd]|%\.\d+f|\{\w*\}', HOLE, node.value)}


def _joined(module, node, depth):
    """Return an f-string; of what is in it, constants of modules only."""
    found = {''}
    for part in node.values:
        if isinstance(part, ast.Constant):
            options = {part.value}
        else:
            options = _in_place(module, part.value, depth)
        found = {a + b for a in found for b in options}
    return found


def _in_place(module, node, depth):
    """Return what a hole is filled with if that is always the same."""
    name = _name_of(node)
    if name.isupper():
        return _of_constant(module, node, depth)
    return {HOLE}


def _of_constant(module, node, _depth):
    name = _name_of(node)
    for other in [module, *_modules()]:
        for line in other.tree.body:
            if isinstance(line, ast.Assign) and any(
                _name_of(t) == name for t in line.targets
            ):
                if isinstance(line.value, ast.Constant):
                    return _constant(other, line.value, 0) or {HOLE}
                if isinstance(line.value, ast.JoinedStr):
                    return _joined(other, line.value, 1)
    return {HOLE}


def _binary(module, node, depth):
    return {
        a + b
        for a in _texts(module, node.left, depth) or {HOLE}
        for b in _texts(module, node.right, depth) or {HOLE}
        if b  # nothing to be said is not said with a beginning
    }


def _either(module, node, depth):
    return _texts(module, node.body, depth) | _texts(
        module, node.orelse, depth
    )


def _any_of(module, node, depth):
    return set().union(*(_texts(module, v, depth) for v in node.values))


def _name(module, node, depth):
    if node.id.isupper():
        return _of_constant(module, node, depth)
    function = module.function_of(node)
    if function is None:
        return {HOLE}
    found, assigned = set(), False
    for line in ast.walk(function):
        targets = (
            line.targets
            if isinstance(line, ast.Assign)
            else [line.target]
            if isinstance(line, ast.AnnAssign | ast.NamedExpr)
            else []
        )
        if any(_name_of(t) == node.id for t in targets):
            assigned = True
            found |= _texts(module, line.value, depth)
    if assigned:
        return found
    arguments = [a.arg for a in function.args.args]
    if node.id in arguments:
        return _argument(function, arguments, node.id, depth)
    return {HOLE}


def _argument(function, arguments, name, depth):
    """Return what the callers pass."""
    places_ = [a for a in arguments if a != 'self']
    at = places_.index(name)
    found = set()
    for module, call in _calls().get(function.name, ()):
        if function.name.startswith('_') and function not in module.functions:
            continue
        given = [k.value for k in call.keywords if k.arg == name]
        given += call.args[at : at + 1] if len(call.args) > at else []
        for value in given:
            found |= _texts(module, value, depth)
    return found


def _attribute(module, node, depth):
    """Return what is put into the field of that name of a dataclass."""
    if node.attr not in ('why', 'alarm'):
        return {HOLE}
    if node.attr == 'alarm':
        return set()  # the outcomes themselves are places
    found = set()
    for kind, fields in _fields().items():
        if kind.lower() != _name_of(node.value) or node.attr not in fields:
            continue
        at = fields.index(node.attr)
        for other, call in _calls().get(kind, ()):
            given = [k.value for k in call.keywords if k.arg == node.attr]
            given += call.args[at : at + 1]
            for value in given:
                found |= _texts(other, value, depth)
    return found


def _call(module, node, depth):
    """Return what a function of ours returns, or the words of str()."""
    name = _name_of(node.func)
    if name in ('str', 'lstrip') and node.args:
        value = node.args[0]
        if name == 'str' and isinstance(value, ast.Call):
            return set()  # a verdict: its words are places of their own
        return {HOLE}
    if name == 'join':
        return set()  # of what is appended, which is a place of its own
    # What is handed over as a function goes by the same name within.
    functions = _functions().get(name) or _functions().get(name.lstrip('_'))
    if not functions:
        return {HOLE}
    here = [f for f in functions if f[0] is module]
    found = [_returned(*f, depth) for f in here or functions]
    return set().union(*found) or {HOLE}


def _returned(module, function, depth):
    """Return what a function that returns text may return."""
    if ast.unparse(function.returns or ast.Constant('')) != 'str':
        return set()
    found = set()
    for line in ast.walk(function):
        if isinstance(line, ast.Return) and line.value is not None:
            found |= _texts(module, line.value, depth)
    return found


_READERS = {
    'Constant': _constant,
    'JoinedStr': _joined,
    'BinOp': _binary,
    'IfExp': _either,
    'BoolOp': _any_of,
    'Name': _name,
    'Attribute': _attribute,
    'Call': _call,
}

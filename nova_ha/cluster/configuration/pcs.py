# SPDX-License-Identifier: Apache-2.0
"""For pcs: a shell script that changes a copy and pushes it in one go."""

from collections.abc import Iterator
from collections.abc import Sequence
import shlex
from xml.sax import saxutils

from nova_ha.cluster.configuration import remarks
from nova_ha.cluster.configuration.model import Ban
from nova_ha.cluster.configuration.model import Clone
from nova_ha.cluster.configuration.model import Configuration
from nova_ha.cluster.configuration.model import Dependency
from nova_ha.cluster.configuration.model import Level
from nova_ha.cluster.configuration.model import Node
from nova_ha.cluster.configuration.model import Order
from nova_ha.cluster.configuration.model import Pairs
from nova_ha.cluster.configuration.model import Primitive

Commands = Iterator[Sequence[str]]
"""Commands, each with its parts, a line each."""

WIDTH = 80

_BEGIN = """\
set -eu
cib=$(mktemp)
trap 'rm -f "$cib" "$cib.before"' EXIT
pcs cluster cib "$cib"
cp "$cib" "$cib.before"
"""

_END = """
pcs cluster cib-push "$cib" diff-against="$cib.before"
"""


def render(configuration: Configuration) -> str:
    """Return the script."""
    return '\n'.join(_lines(configuration)) + _END


def _lines(configuration: Configuration) -> Iterator[str]:
    yield '#!/bin/sh'
    for line in remarks.head(configuration):
        yield f'# {line}'.rstrip()
    yield ''
    yield _BEGIN.rstrip()
    for about, commands in _sections(configuration):
        yield ''
        for line in remarks.lines(about):
            yield f'# {line}'
        for parts in commands:
            yield _command(parts)
    yield ''


def _command(parts: Sequence[str]) -> str:
    """Return a command in one line, or in one a part."""
    line = ' '.join(parts)
    return line if len(line) < WIDTH else ' \\\n    '.join(parts)


def _sections(c: Configuration) -> Iterator[tuple[str, Commands]]:
    yield remarks.PROPERTIES, _properties(c.properties)
    # pcs knows a remote node by its connection, so that comes first. It
    # wants --force: "pcs cluster node add-remote" would set the host up.
    yield (
        remarks.CONNECTIONS,
        (_primitive('resource', one, True) for one in c.connections),
    )
    yield remarks.NODES, (_node(node) for node in (*c.controllers, *c.hosts))
    yield remarks.SERVICES, (_clone(clone) for clone in c.services)
    yield remarks.DEPENDENCIES, _dependencies(c.dependencies)
    yield remarks.FENCER, iter([_clone(c.fencer)])
    yield remarks.BANS, (_ban(ban) for ban in c.bans)
    yield (
        remarks.DEVICES,
        (_primitive('stonith', one, False) for one in c.devices),
    )
    yield remarks.ORDERS, (_order(order) for order in c.orders)
    yield remarks.LEVELS, (_level(level) for level in c.levels)
    yield remarks.ALERT, _alert(c)


def _pcs(*words: str) -> str:
    return 'pcs -f "$cib" ' + shlex.join(words)


def _pairs(pairs: Pairs) -> str:
    return shlex.join(f'{name}={value}' for name, value in pairs)


def _properties(properties: Pairs) -> Commands:
    yield [_pcs('property', 'set'), *(_pairs((pair,)) for pair in properties)]


def _node(node: Node) -> Sequence[str]:
    return [_pcs('node', 'attribute', node.name, f'osprole={node.role}')]


def _primitive(
    noun: str, primitive: Primitive, force: bool, *more: str
) -> Sequence[str]:
    # pcs names the class stonith by its noun.
    agent = primitive.agent.removeprefix('stonith:')
    parts = [_pcs(noun, 'create', primitive.id), shlex.quote(agent)]
    parts += [_pairs((pair,)) for pair in primitive.parameters]
    for operation in primitive.operations:
        parts.append(f'op {operation.name} {_pairs(operation.pairs())}')
    if primitive.meta:
        parts.append(f'meta {_pairs(primitive.meta)}')
    parts += more
    parts.append('--no-default-ops' + (' --force' if force else ''))
    return parts


def _clone(clone: Clone) -> Sequence[str]:
    """Create a clone; by force where its agent is on other machines only."""
    return _primitive(
        'resource',
        clone.primitive,
        clone.primitive.elsewhere,
        f'clone {clone.id} {_pairs(clone.meta)}',
    )


def _dependencies(dependencies: Sequence[Dependency]) -> Commands:
    for one in dependencies:
        yield [
            _pcs('constraint', 'order'),
            f"start {one.first} 'then' start {one.then}",
            f'id={one.order}',
        ]
        yield [
            _pcs('constraint', 'colocation', 'add'),
            f'{one.then} with {one.first} INFINITY',
            f'id={one.colocation}',
        ]


def _order(order: Order) -> Sequence[str]:
    return [
        _pcs('constraint', 'order'),
        f"start {order.first} 'then' start {order.then}",
        'kind=Optional',
        f'id={order.id}',
    ]


def _ban(ban: Ban) -> Sequence[str]:
    return [
        _pcs('constraint', 'location', ban.resource, 'rule'),
        f'id={ban.id}-rule',
        *(('resource-discovery=never',) if ban.unseen else ()),
        f'constraint-id={ban.id}',
        'score=-INFINITY '
        + shlex.join((ban.attribute, ban.operation, ban.value)),
    ]


def _level(level: Level) -> Sequence[str]:
    add = ('stonith', 'level', 'add', str(level.index), level.node)
    return [_pcs(*add), shlex.join(level.devices)]


def _alert(configuration: Configuration) -> Commands:
    alert = configuration.alert
    yield [
        _pcs('alert', 'create', f'id={alert.id}'),
        shlex.quote(f'path={alert.path}'),
    ]
    yield [
        _pcs('alert', 'recipient', 'add', alert.id),
        f'id={alert.id}-socket',
        shlex.quote(f'value={alert.recipient}'),
    ]
    # pcs has no word for the kinds of events.
    kinds = ''.join(f'\n<select_{kind}/>' for kind in alert.kinds)
    xml = f'<alert id={saxutils.quoteattr(alert.id)}>'
    xml += f'<select>{kinds}\n</select></alert>'
    yield [
        'CIB_file="$cib" cibadmin --modify --allow-create --scope alerts',
        f'--xml-text {shlex.quote(xml)}',
    ]

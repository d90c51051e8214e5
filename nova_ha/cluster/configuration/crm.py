# SPDX-License-Identifier: Apache-2.0
"""For crmsh: what ``crm -F configure load update FILE`` takes.

``-F``, because the agents of the compute services are installed on the
compute hosts, where crmsh does not look.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import re

from nova_ha.cluster.configuration import remarks
from nova_ha.cluster.configuration.model import Clone
from nova_ha.cluster.configuration.model import Configuration
from nova_ha.cluster.configuration.model import Level
from nova_ha.cluster.configuration.model import Node
from nova_ha.cluster.configuration.model import Pairs
from nova_ha.cluster.configuration.model import Primitive

Parts = Iterator[Sequence[str]]
"""Statements, each with its parts, a line each."""

_PLAIN = re.compile(r'[\w@%+=:,./{}-]+')


def render(configuration: Configuration) -> str:
    """Return the configuration as text that ends in a newline."""
    return '\n'.join(_lines(configuration)) + '\n'


def _lines(configuration: Configuration) -> Iterator[str]:
    for line in remarks.head(configuration):
        yield f'# {line}'.rstrip()
    for about, statements in _sections(configuration):
        yield ''
        for line in remarks.lines(about):
            yield f'# {line}'
        for parts in statements:
            yield ' \\\n    '.join(parts)


def _sections(configuration: Configuration) -> Iterator[tuple[str, Parts]]:
    c = configuration
    yield remarks.PROPERTIES, _properties(c.properties)
    # Connections come before the attributes of the nodes that they are.
    yield remarks.CONNECTIONS, (_primitive(one) for one in c.connections)
    yield remarks.NODES, (_node(node) for node in (*c.controllers, *c.hosts))
    yield remarks.SERVICES, _clones(c.services)
    yield remarks.DEPENDENCIES, _dependencies(c)
    yield remarks.FENCER, _clones((c.fencer,))
    yield remarks.BANS, _bans(c)
    yield remarks.DEVICES, (_primitive(one) for one in c.devices)
    yield remarks.ORDERS, _orders(c)
    yield remarks.LEVELS, _levels(c.levels)
    yield remarks.ALERT, _alert(c)


def _properties(properties: Pairs) -> Parts:
    yield ['property', *_pairs(properties)]


def _node(node: Node) -> Sequence[str]:
    name = node.name if node.number else f'{node.name}:remote'
    return [f'node {name} attributes osprole={node.role}']


def _primitive(primitive: Primitive) -> Sequence[str]:
    parts = [f'primitive {primitive.id} {primitive.agent}']
    for number, text in enumerate(_pairs(primitive.parameters)):
        parts.append(f'{"    " if number else "params "}{text}')
    for operation in primitive.operations:
        settings = ' '.join(_pairs(operation.pairs()))
        parts.append(f'op {operation.name} {settings}')
    if primitive.meta:
        parts.append(f'meta {" ".join(_pairs(primitive.meta))}')
    return parts


def _clones(clones: Sequence[Clone]) -> Parts:
    for clone in clones:
        yield _primitive(clone.primitive)
        meta = ' '.join(_pairs(clone.meta))
        yield [f'clone {clone.id} {clone.primitive.id} meta {meta}']


def _dependencies(configuration: Configuration) -> Parts:
    for one in configuration.dependencies:
        yield [
            f'order {one.order}',
            f'Mandatory: {one.first} {one.then}',
        ]
        yield [
            f'colocation {one.colocation}',
            f'inf: {one.then} {one.first}',
        ]


def _orders(configuration: Configuration) -> Parts:
    for one in configuration.orders:
        yield [f'order {one.id}', f'Optional: {one.first} {one.then}']


def _bans(configuration: Configuration) -> Parts:
    for ban in configuration.bans:
        parts = [f'location {ban.id} {ban.resource}']
        if ban.unseen:
            parts.append('resource-discovery=never')
        rule = f'rule -inf: {ban.attribute} {ban.operation} {ban.value}'
        yield [*parts, rule]


def _levels(levels: Sequence[Level]) -> Parts:
    by_node: dict[str, list[str]] = {}
    for level in levels:
        by_node.setdefault(level.node, []).append(','.join(level.devices))
    yield [
        'fencing_topology',
        *(f'{node}: {" ".join(found)}' for node, found in by_node.items()),
    ]


def _alert(configuration: Configuration) -> Parts:
    alert = configuration.alert
    yield [
        f'alert {alert.id} {_quoted(alert.path)}',
        f'select {" ".join(alert.kinds)}',
        f'to {_quoted(alert.recipient)}',
    ]


def _pairs(pairs: Pairs) -> Sequence[str]:
    return [f'{name}={_quoted(value)}' for name, value in pairs]


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace('\\', '\\\\').replace('"', '\\"')
    return f'"{escaped}"'

# SPDX-License-Identifier: Apache-2.0
"""For cibadmin: ``--modify --allow-create --scope configuration``.

What the file names is made or changed, all else stays as it is.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from nova_ha.cluster.configuration import remarks
from nova_ha.cluster.configuration.model import Clone
from nova_ha.cluster.configuration.model import Configuration
from nova_ha.cluster.configuration.model import Node
from nova_ha.cluster.configuration.model import Pairs
from nova_ha.cluster.configuration.model import Primitive

_NUMBERS = (
    "The ids of the controllers are corosync's numbers of them: compare them "
    'with "crm_node -l" before you load this.'
)


def render(configuration: Configuration) -> str:
    """Return a ``configuration`` element as text.

    Comments stand above it: those within would be kept in the cluster.
    """
    root = ET.Element('configuration')
    root.extend(_sections(configuration))
    ET.indent(root)
    head = '\n'.join(f'  {line}'.rstrip() for line in _head(configuration))
    text = ET.tostring(root, encoding='unicode')
    return f'<!--\n{head.replace("--", "- -")}\n-->\n{text}\n'


def _head(configuration: Configuration) -> Iterator[str]:
    yield from remarks.head(configuration)
    yield ''
    yield from remarks.lines(_NUMBERS)


def _sections(configuration: Configuration) -> Iterator[ET.Element]:
    options = ET.Element('crm_config')
    found = _add(options, 'cluster_property_set', id='cib-bootstrap-options')
    _fill(found, configuration.properties)
    yield options
    yield _nodes(configuration)
    yield _resources(configuration)
    yield _constraints(configuration)
    yield _topology(configuration)
    yield _alerts(configuration)


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    """Add an element; its attributes in the order given."""
    return ET.SubElement(parent, tag, attributes)


def _fill(parent: ET.Element, pairs: Pairs) -> None:
    for name, value in pairs:
        key = f'{parent.get("id")}-{name}'
        _add(parent, 'nvpair', id=key, name=name, value=value)


def _nodes(configuration: Configuration) -> ET.Element:
    section = ET.Element('nodes')
    for node in (*configuration.controllers, *configuration.hosts):
        section.append(_node(node))
    return section


def _node(node: Node) -> ET.Element:
    key = node.name if node.number is None else str(node.number)
    element = ET.Element('node', {'id': key, 'uname': node.name})
    if node.number is None:
        element.set('type', 'remote')
    attributes = _add(element, 'instance_attributes', id=f'nodes-{key}')
    _fill(attributes, (('osprole', node.role),))
    return element


def _resources(configuration: Configuration) -> ET.Element:
    section = ET.Element('resources')
    for primitive in (*configuration.connections, *configuration.devices):
        section.append(_primitive(primitive))
    for clone in (*configuration.services, configuration.fencer):
        section.append(_clone(clone))
    return section


def _primitive(primitive: Primitive) -> ET.Element:
    kind, *provider, name = primitive.agent.split(':')
    element = ET.Element('primitive', {'id': primitive.id, 'class': kind})
    if provider:
        element.set('provider', provider[0])
    element.set('type', name)
    for tag, pairs in (
        ('instance_attributes', primitive.parameters),
        ('meta_attributes', primitive.meta),
    ):
        if pairs:
            _fill(_add(element, tag, id=f'{primitive.id}-{tag}'), pairs)
    operations = _add(element, 'operations')
    for operation in primitive.operations:
        key = f'{primitive.id}-{operation.name}-{operation.interval}'
        one = _add(operations, 'op', id=key, name=operation.name)
        for setting, value in operation.pairs():
            one.set(setting, value)
    return element


def _clone(clone: Clone) -> ET.Element:
    element = ET.Element('clone', {'id': clone.id})
    meta = _add(element, 'meta_attributes', id=f'{clone.id}-meta_attributes')
    _fill(meta, clone.meta)
    element.append(_primitive(clone.primitive))
    return element


def _constraints(configuration: Configuration) -> ET.Element:
    section = ET.Element('constraints')
    for ban in configuration.bans:
        place = _add(section, 'rsc_location', id=ban.id, rsc=ban.resource)
        if ban.unseen:
            place.set('resource-discovery', 'never')
        rule = _add(place, 'rule', id=f'{ban.id}-rule', score='-INFINITY')
        _add(
            rule,
            'expression',
            id=f'{ban.id}-expression',
            attribute=ban.attribute,
            operation=ban.operation,
            value=ban.value,
        )
    for one in configuration.dependencies:
        _add(
            section,
            'rsc_order',
            id=one.order,
            kind='Mandatory',
            first=one.first,
            then=one.then,
        )
        ET.SubElement(
            section,
            'rsc_colocation',
            {
                'id': one.colocation,
                'score': 'INFINITY',
                'rsc': one.then,
                'with-rsc': one.first,
            },
        )
    for order in configuration.orders:
        _add(
            section,
            'rsc_order',
            id=order.id,
            kind='Optional',
            first=order.first,
            then=order.then,
        )
    return section


def _topology(configuration: Configuration) -> ET.Element:
    section = ET.Element('fencing-topology')
    for level in configuration.levels:
        _add(
            section,
            'fencing-level',
            id=f'fencing-{level.node}-{level.index}',
            target=level.node,
            index=str(level.index),
            devices=','.join(level.devices),
        )
    return section


def _alerts(configuration: Configuration) -> ET.Element:
    alert = configuration.alert
    section = ET.Element('alerts')
    element = _add(section, 'alert', id=alert.id, path=alert.path)
    select = _add(element, 'select')
    for kind in alert.kinds:
        _add(select, f'select_{kind}')
    _add(element, 'recipient', id=f'{alert.id}-socket', value=alert.recipient)
    return section

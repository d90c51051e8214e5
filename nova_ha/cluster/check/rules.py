# SPDX-License-Identifier: Apache-2.0
"""Where a resource may run, by what the location rules say.

It is worked out the way Pacemaker does, so that a rule counts for what it
does and not for how it is written.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import re
from xml.etree import ElementTree as ET

from nova_ha.cluster.check import duration
from nova_ha.cluster.check.cib import Cib
from nova_ha.cluster.check.cib import INFINITY
from nova_ha.cluster.check.cib import Node
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.cib import score

_KINDS = {True: 'remote', False: 'cluster'}


def may_run(
    cib: Cib,
    resource: Resource,
    node: Node,
    changes: Mapping[str, str | None] | None = None,
) -> bool:
    """Tell whether the rules let a resource run on a node.

    :param changes: of the node's attributes; None takes one away.
    """
    scores = [
        found
        for location in of(cib, resource)
        for found in _scores(location, node, changes)
    ]
    if _only_elsewhere(cib, resource, node, changes):
        return False
    if min(scores, default=0) <= -INFINITY:
        return False
    if duration.is_false(cib.properties.get('symmetric-cluster')):
        return bool(scores) and sum(scores) >= 0
    return sum(scores) > -INFINITY


def looked_for(
    cib: Cib,
    resource: Resource,
    node: Node,
    changes: Mapping[str, str | None] | None = None,
) -> bool:
    """Tell whether Pacemaker looks there whether a resource runs already.

    :param changes: of the node's attributes; None takes one away.
    """
    found = _discovery(cib, resource, node, changes)
    if 'exclusive' in found:
        return True
    return 'never' not in found and not _only_elsewhere(
        cib, resource, node, changes
    )


def _only_elsewhere(
    cib: Cib,
    resource: Resource,
    node: Node,
    changes: Mapping[str, str | None] | None,
) -> bool:
    """Tell whether rules with exclusive discovery leave this node out."""
    return 'exclusive' not in _discovery(cib, resource, node, changes) and any(
        'exclusive' in _discovery(cib, resource, other)
        for other in cib.nodes.values()
        if other is not node
    )


def _discovery(
    cib: Cib,
    resource: Resource,
    node: Node,
    changes: Mapping[str, str | None] | None = None,
) -> set[str]:
    """Return resource-discovery of the rules that hold for a node."""
    return {
        location.get('resource-discovery', 'always')
        for location in of(cib, resource)
        if any(True for _ in _scores(location, node, changes))
    }


def of(cib: Cib, resource: Resource) -> Iterator[ET.Element]:
    """Yield the location rules on a resource or on what is around it."""
    names = {resource.id, *resource.outer}
    for location in cib.locations:
        pattern = location.get('rsc-pattern', '')
        listed = {one.get('id') for one in location.iter('resource_ref')}
        if names & {location.get('rsc'), *listed} or (
            pattern and any(re.search(pattern, name) for name in names)
        ):
            yield location


def attributes_of(location: ET.Element) -> Iterator[str]:
    """Yield the node attributes that a location rule looks at."""
    for expression in location.iter('expression'):
        yield expression.get('attribute', '')


def _scores(
    location: ET.Element,
    node: Node,
    changes: Mapping[str, str | None] | None,
) -> Iterator[int]:
    attributes: dict[str, str | None] = {
        **node.attributes,
        **(changes or {}),
        '#uname': node.name,
        '#kind': _KINDS[node.remote],
    }
    if location.get('node', '').lower() == node.name.lower():
        yield score(location.get('score'))
    for rule in location.findall('rule'):
        if _holds(rule, attributes):
            yield score(rule.get('score') or location.get('score'))


def _holds(rule: ET.Element, attributes: Mapping[str, str | None]) -> bool:
    found = []
    for part in rule:
        if part.tag == 'rule':
            found.append(_holds(part, attributes))
        elif part.tag == 'expression':
            found.append(_expression(part, attributes))
        else:
            # A date: it may hold at any time or at none.
            found.append(False)
    if rule.get('boolean-op', 'and') == 'or':
        return any(found)
    return bool(found) and all(found)


def _expression(
    part: ET.Element, attributes: Mapping[str, str | None]
) -> bool:
    value = attributes.get(part.get('attribute', ''))
    wanted = part.get('value')
    operation = part.get('operation', '')
    if operation == 'defined':
        return value is not None
    if operation == 'not_defined':
        return value is None
    if operation == 'eq':
        return value is not None and value == wanted
    if operation == 'ne':
        return value is None or value != wanted
    if value is None or wanted is None:
        return False
    return _compared(operation, value, wanted)


def _compared(operation: str, value: str, wanted: str) -> bool:
    try:
        difference = float(value) - float(wanted)
    except ValueError:
        difference = (value > wanted) - (value < wanted)
    return {
        'lt': difference < 0,
        'lte': difference <= 0,
        'gt': difference > 0,
        'gte': difference >= 0,
    }.get(operation, False)

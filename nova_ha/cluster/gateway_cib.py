# SPDX-License-Identifier: Apache-2.0
"""Reads what ``cibadmin`` says of nodes and their status; pure."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
from xml.etree import ElementTree as ET

from nova_ha.cluster import gateway_xml
from nova_ha.recovery.states import Gate

COMMAND = 'cibadmin'
ROOTS = ('xpath-query',)
GATES = {gate.value: gate for gate in Gate if gate is not Gate.OPEN}


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """What is read.

    :ivar gates: by the node's name; a node without the attribute is absent.
    :ivar probed: names of the nodes where Pacemaker has a record of the
        resource, be it that it is not running.
    :ivar joined: names of the nodes that are members at present.
    """

    gates: Mapping[str, Gate]
    probed: frozenset[str]
    joined: frozenset[str]


def read(text: str, attribute: str, resource: str) -> Held:
    """Read cibadmin's answer.

    :param attribute: name of the gate's attribute.
    :param resource: id of the primitive that runs nova-compute.
    :raises ClusterError: it cannot be understood.
    """
    document = gateway_xml.parse(text, COMMAND, ROOTS)
    for section in ('nodes', 'status'):
        if document.find(section) is None:
            raise gateway_xml.not_understood(
                COMMAND, f'the section <{section}> is missing'
            )
    return Held(
        gates=dict(_gates(document, attribute)),
        probed=frozenset(_probed(document, resource)),
        joined=frozenset(_joined(document)),
    )


def _gates(document: ET.Element, attribute: str) -> Iterator[tuple[str, Gate]]:
    for node in document.iterfind('nodes/node'):
        pair = node.find(f"instance_attributes/nvpair[@name='{attribute}']")
        if pair is not None:
            value = gateway_xml.get(pair, 'value', COMMAND)
            name = gateway_xml.get(node, 'uname', COMMAND)
            # A value that is not ours holds nothing back: no rule names it.
            yield name, GATES.get(value, Gate.OPEN)


def _probed(document: ET.Element, resource: str) -> Iterator[str]:
    for node in document.iterfind('status/node_state'):
        records = node.iterfind('lrm/lrm_resources/lrm_resource')
        if any(_is_of(resource, record) for record in records):
            yield gateway_xml.get(node, 'uname', COMMAND)


def _joined(document: ET.Element) -> Iterator[str]:
    for node in document.iterfind('status/node_state'):
        # Newer releases write since when, where older ones write true.
        if node.get('in_ccm', 'false') not in ('false', '0'):
            yield gateway_xml.get(node, 'uname', COMMAND)


def _is_of(resource: str, record: ET.Element) -> bool:
    identity = gateway_xml.get(record, 'id', COMMAND)
    return identity.partition(':')[0] == resource and len(record) > 0

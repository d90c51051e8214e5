# SPDX-License-Identifier: Apache-2.0
"""Reads what ``crm_mon --output-as=xml`` says; pure."""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import datetime
from xml.etree import ElementTree as ET

from nova_ha.cluster import gateway_xml
from nova_ha.recovery import errors
from nova_ha.recovery.model import NodeFence

COMMAND = 'crm_mon'
ROOTS = ('pacemaker-result', 'crm_mon')
SUCCEEDED = {'success': True, 'failed': False, 'pending': None}
LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A node as it is listed."""

    name: str
    remote: bool
    online: bool
    unclean: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Monitored:
    """What is read.

    :ivar compute_on: names of the nodes where the resource is active, or is
        being started, stopped or looked at, or has failed or is blocked.
    :ivar fences: the fencing history, oldest first, what is under way last.
    """

    quorate: bool
    nodes: Sequence[Node]
    compute_on: frozenset[str]
    fences: Sequence[NodeFence]


def read(text: str, resource: str) -> Monitored:
    """Read crm_mon's answer.

    :param resource: id of the primitive that runs nova-compute.
    :raises ClusterError: it cannot be understood.
    """
    document = gateway_xml.parse(text, COMMAND, ROOTS)
    return Monitored(
        quorate=_quorate(document),
        nodes=tuple(map(_node, document.findall('nodes/node'))),
        compute_on=frozenset(_places(document, resource)),
        fences=_fences(document),
    )


def _quorate(document: ET.Element) -> bool:
    """Return whether there is a DC, and a quorum behind it.

    Without a DC nobody has decided anything yet, so nothing that is shown
    is to be believed.
    """
    dc = document.find('summary/current_dc')
    if dc is None:
        raise errors.ClusterUnavailable(
            'crm_mon shows no cluster yet: Pacemaker on this machine is '
            'being started or stopped'
        )
    if not gateway_xml.flag(dc, 'present', COMMAND):
        return False
    return gateway_xml.flag(dc, 'with_quorum', COMMAND)


def _node(element: ET.Element) -> Node:
    return Node(
        name=gateway_xml.get(element, 'name', COMMAND),
        remote=gateway_xml.get(element, 'type', COMMAND) == 'remote',
        online=gateway_xml.flag(element, 'online', COMMAND),
        unclean=gateway_xml.flag(element, 'unclean', COMMAND),
    )


def _places(document: ET.Element, resource: str) -> Iterable[str]:
    """Yield where an instance of the resource is placed, whatever its role.

    A node is named there from the moment a start is asked for until a stop
    has succeeded.
    """
    for element in document.iterfind('resources//resource'):
        identity = gateway_xml.get(element, 'id', COMMAND)
        # Instances of a clone that are not alike are numbered: name:2.
        if identity.partition(':')[0] == resource:
            for node in element.iterfind('node'):
                yield gateway_xml.get(node, 'name', COMMAND)


def _fences(document: ET.Element) -> Sequence[NodeFence]:
    # Pacemaker lists the newest first; lines of the same second keep their
    # order.
    found = map(_fence, reversed(list(document.iter('fence_event'))))
    return tuple(sorted(found, key=lambda fence: fence.at or LAST))


def _fence(element: ET.Element) -> NodeFence:
    status = gateway_xml.get(element, 'status', COMMAND)
    if status not in SUCCEEDED:
        raise gateway_xml.not_understood(
            COMMAND, f'status={status!r} in <fence_event>'
        )
    succeeded = SUCCEEDED[status]
    origin = gateway_xml.get(element, 'origin', COMMAND)
    return NodeFence(
        node=gateway_xml.get(element, 'target', COMMAND),
        action=gateway_xml.get(element, 'action', COMMAND),
        succeeded=succeeded,
        at=None if succeeded is None else _completed(element),
        by=element.get('delegate', origin),
        client=f'{gateway_xml.get(element, "client", COMMAND)}@{origin}',
    )


def _completed(element: ET.Element) -> datetime.datetime:
    """Return when it ended, in UTC.

    Pacemaker shows whole seconds and cuts the rest off, so that it may have
    ended up to a second later.
    """
    text = gateway_xml.get(element, 'completed', COMMAND)
    # Older releases: local time, a blank, the offset.
    date, time = text[:10], text[11:].replace(' ', '')
    try:
        at = datetime.datetime.fromisoformat(f'{date}T{time}')
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise gateway_xml.not_understood(
            COMMAND, f'completed={text!r} is no time with its zone'
        )
    return at.astimezone(datetime.UTC)

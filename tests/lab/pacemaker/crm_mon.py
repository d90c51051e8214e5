# SPDX-License-Identifier: Apache-2.0
"""What crm_mon says, as values."""

from collections.abc import Mapping
import dataclasses
from xml.etree import ElementTree as ET


@dataclasses.dataclass(frozen=True)
class Node:
    """A member of the cluster, or a remote node.

    :ivar online: Pacemaker can use it; a node it has no news of is not.
    :ivar unclean: it has to be fenced, or is being fenced.
    """

    name: str
    online: bool
    unclean: bool
    remote: bool
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def state(self) -> str:
        """In a word."""
        if self.unclean:
            return 'unclean'
        return 'online' if self.online else 'offline'


@dataclasses.dataclass(frozen=True)
class Resource:
    """An instance of a resource on a node.

    :ivar name: without the number of a clone's instance.
    :ivar role: Started, Stopped, Starting, ...
    :ivar node: where it is; '' if nowhere.
    """

    name: str
    role: str
    node: str
    failed: bool
    pending: str = ''


@dataclasses.dataclass(frozen=True)
class View:
    """The cluster as one of its members sees it.

    :ivar dc: the node that decides; '' while there is none.
    """

    dc: str
    quorum: bool
    nodes: Mapping[str, Node]
    resources: tuple[Resource, ...]

    def started(self, name: str) -> set[str]:
        """The nodes a resource runs on, without failure or doubt."""
        return {
            each.node
            for each in self.resources
            if each.name == name
            and each.role == 'Started'
            and each.node
            and not each.failed
            and not each.pending
            and self._sure(each.node)
        }

    def _sure(self, name: str) -> bool:
        """Whether what is said of a node is more than a memory."""
        node = self.nodes.get(name)
        return node is not None and node.online and not node.unclean


def parse(text: str) -> View:
    """Read ``crm_mon --output-as=xml``.

    :raises ET.ParseError: it is no XML.
    """
    root = ET.fromstring(text)
    dc = root.find('summary/current_dc')
    known = dc is not None and dc.get('present') == 'true'
    attributes = {
        node.get('name', ''): {
            each.get('name', ''): each.get('value', '')
            for each in node.findall('attribute')
        }
        for node in root.findall('node_attributes/node')
    }
    return View(
        dc=dc.get('name', '') if known and dc is not None else '',
        quorum=dc is not None and dc.get('with_quorum') == 'true',
        nodes={
            node.get('name', ''): Node(
                name=node.get('name', ''),
                online=_yes(node, 'online') and not _yes(node, 'pending'),
                unclean=_yes(node, 'unclean'),
                remote=node.get('type') == 'remote',
                attributes=attributes.get(node.get('name', ''), {}),
            )
            for node in root.findall('nodes/node')
        },
        resources=tuple(
            Resource(
                name=each.get('id', '').partition(':')[0],
                role=each.get('role', ''),
                node=node.get('name', '') if node is not None else '',
                failed=_yes(each, 'failed'),
                pending=each.get('pending', ''),
            )
            for each in root.findall('resources//resource')
            for node in (each.findall('node') or [None])
        ),
    )


def _yes(element: ET.Element, name: str) -> bool:
    return element.get(name) == 'true'

# SPDX-License-Identifier: Apache-2.0
"""Pacemaker's configuration (the CIB), as far as the checks look at it."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from xml.etree import ElementTree as ET

INFINITY = 1_000_000
"""Pacemaker's own."""

REMOTE = 'ocf:pacemaker:remote'


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """What the configuration says of an operation; times in seconds.

    :ivar timeout: None if it says nothing.
    """

    name: str
    interval: float
    timeout: float | None
    on_fail: str


@dataclasses.dataclass(frozen=True, slots=True)
class Resource:
    """A primitive.

    :ivar outer: the clone, group or both around it, the outermost first.
    :ivar meta: its own, over that of what is around it.
    """

    id: str
    agent: str
    parameters: Mapping[str, str]
    meta: Mapping[str, str]
    operations: Sequence[Operation]
    outer: tuple[str, ...] = ()

    def operation(self, name: str) -> Operation | None:
        """Return the first operation of that name."""
        return next((o for o in self.operations if o.name == name), None)

    @property
    def top(self) -> str:
        """The id of the outermost thing that it is in, or its own."""
        return self.outer[0] if self.outer else self.id


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A node with its permanent attributes."""

    name: str
    remote: bool
    attributes: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A rule on two resources: an order or a colocation.

    :ivar first: starts first, or is where the other one goes.
    :ivar strict: mandatory, or INFINITY.
    """

    first: str
    then: str
    strict: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """A level of the fencing topology.

    :ivar target: a node's name, or '' for a pattern or an attribute.
    """

    target: str
    index: int
    devices: tuple[str, ...]
    pattern: str = ''
    attribute: tuple[str, str] = ('', '')


@dataclasses.dataclass(frozen=True, slots=True)
class Alert:
    """An alert agent.

    :ivar kinds: of the events it is told of; those of Pacemaker by default.
    """

    path: str
    recipients: tuple[str, ...]
    kinds: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Cib:
    """The configuration.

    :ivar feature_set: of the Pacemaker that wrote it.
    :ivar clones: their meta attributes, by id.
    :ivar locations: ``rsc_location`` elements, for :mod:`.rules`.
    """

    feature_set: tuple[int, ...]
    properties: Mapping[str, str]
    nodes: Mapping[str, Node]
    resources: Mapping[str, Resource]
    clones: Mapping[str, Mapping[str, str]]
    locations: Sequence[ET.Element]
    orders: Sequence[Link]
    colocations: Sequence[Link]
    levels: Sequence[Level]
    alerts: Sequence[Alert]

    def of_agent(self, agent: str) -> Sequence[Resource]:
        """Return the resources that this agent runs."""
        return [r for r in self.resources.values() if r.agent == agent]

    @property
    def controllers(self) -> Sequence[Node]:
        """The full members of the cluster."""
        return [node for node in self.nodes.values() if not node.remote]

    @property
    def fencing(self) -> Sequence[Resource]:
        """The stonith resources."""
        return [
            resource
            for resource in self.resources.values()
            if resource.agent.startswith('stonith:')
        ]


def score(text: str | None) -> int:
    """Return a score as a number."""
    wanted = (text or '0').upper().lstrip('+')
    if wanted in ('INFINITY', 'INF'):
        return INFINITY
    if wanted in ('-INFINITY', '-INF'):
        return -INFINITY
    try:
        return max(-INFINITY, min(INFINITY, int(wanted)))
    except ValueError:
        return 0

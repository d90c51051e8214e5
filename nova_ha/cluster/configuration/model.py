# SPDX-License-Identifier: Apache-2.0
"""Pacemaker's configuration as values, in no tool's language.

Times are text with their unit, as Pacemaker takes them (``60s``).
"""

import dataclasses

Pairs = tuple[tuple[str, str], ...]
"""Names with their values, in the order they are written."""

SECRET = 'REPLACE-ME'  # noqa: S105  it is none
"""Stands where a secret is not shown."""


class ConfigurationError(Exception):
    """No sound configuration can be made; the text says why and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """How Pacemaker starts, stops or watches a resource.

    :ivar interval: ``0s`` for what is not repeated.
    :ivar on_fail: what follows a failure; '' for Pacemaker's own choice.
    """

    name: str
    timeout: str
    interval: str = '0s'
    on_fail: str = ''

    def pairs(self) -> Pairs:
        """Return everything but the name."""
        found = (('interval', self.interval), ('timeout', self.timeout))
        return (*found, ('on-fail', self.on_fail)) if self.on_fail else found


@dataclasses.dataclass(frozen=True, slots=True)
class Primitive:
    """A resource.

    :ivar agent: ``class:provider:type`` or ``class:type``.
    :ivar elsewhere: its agent is installed on compute hosts only, so a tool
        that runs on a controller cannot look at it.
    """

    id: str
    agent: str
    parameters: Pairs = ()
    operations: tuple[Operation, ...] = ()
    meta: Pairs = ()
    elsewhere: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Clone:
    """A resource that runs on many nodes at once."""

    primitive: Primitive
    meta: Pairs = (('interleave', 'true'),)

    @property
    def id(self) -> str:
        """The name that constraints use."""
        return f'{self.primitive.id}-clone'


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A member of the cluster with its permanent attribute ``osprole``.

    :ivar number: corosync's; None for a remote node, which has none.
    """

    name: str
    role: str
    number: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Ban:
    """Where a resource must not run: an expression on node attributes.

    :ivar operation: ``eq`` or ``ne``; ``ne`` holds for nodes that have no
        such attribute, too.
    :ivar unseen: Pacemaker does not even look there whether it runs. Only
        for nodes where it never can: what runs there all the same is found
        by nobody.
    """

    id: str
    resource: str
    attribute: str
    operation: str
    value: str
    unseen: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Dependency:
    """``then`` runs only where ``first`` runs, and starts after it."""

    first: str
    then: str
    stem: str

    @property
    def order(self) -> str:
        """The id of the rule on their order."""
        return f'{self.stem}-order'

    @property
    def colocation(self) -> str:
        """The id of the rule on their place."""
        return f'{self.stem}-together'


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Of two that are to start, ``first`` starts first.

    ``then`` may do without it, and is not restarted with it.
    """

    id: str
    first: str
    then: str


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """Devices that fence a node, one after the other; all must succeed.

    :ivar index: 1 is tried first, the next one when it has failed.
    """

    node: str
    index: int
    devices: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Alert:
    """A program that is told of events.

    :ivar kinds: of which.
    """

    id: str
    path: str
    recipient: str
    kinds: tuple[str, ...] = ('nodes', 'fencing', 'resources')


@dataclasses.dataclass(frozen=True, slots=True)
class Configuration:
    """Everything, in the order in which it is written.

    :ivar remarks: what a person must know or do beside loading it.
    """

    remarks: tuple[str, ...]
    properties: Pairs
    controllers: tuple[Node, ...]
    hosts: tuple[Node, ...]
    connections: tuple[Primitive, ...]
    services: tuple[Clone, ...]
    fencer: Clone
    devices: tuple[Primitive, ...]
    bans: tuple[Ban, ...]
    dependencies: tuple[Dependency, ...]
    orders: tuple[Order, ...]
    levels: tuple[Level, ...]
    alert: Alert

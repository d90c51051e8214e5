# SPDX-License-Identifier: Apache-2.0
"""The comments that every format has, word for word."""

from collections.abc import Iterator
import textwrap

from nova_ha.cluster.configuration.model import Configuration

MADE = (
    'Pacemaker for nova-ha, made by "nova-ha-manage pacemaker config". It '
    'has been loaded well when "nova-ha-manage pacemaker check" finds '
    'nothing.'
)

PROPERTIES = 'A host that is lost is fenced at once, all of a rack together.'
NODES = (
    'Roles of the nodes. They are permanent, as is the gate: what is '
    'transient is lost with a remote node.'
)
CONNECTIONS = 'The hosts, seen through pacemaker_remote.'
SERVICES = 'The services of a compute host.'
DEPENDENCIES = 'Each of them runs after the one before, on the same host.'
BANS = (
    'What runs where. The gate keeps the services of a host away while its '
    'instances are started elsewhere.'
)
FENCER = 'The fencer, on every controller.'
DEVICES = 'Fencing.'
ORDERS = (
    'The agent is asked when the fencer is there to answer; a host is fenced '
    'in any case.'
)
LEVELS = 'Who fences which host: devices of a level in this order.'
ALERT = 'The local fencer hears at once what happens.'


def lines(text: str, width: int = 76) -> Iterator[str]:
    """Yield the lines of a comment, without its mark."""
    yield from textwrap.wrap(text, width, break_on_hyphens=False)


def head(configuration: Configuration) -> Iterator[str]:
    """Yield the lines that come first; '' between two remarks."""
    yield from lines(MADE)
    for remark in configuration.remarks:
        yield ''
        yield from lines(remark)

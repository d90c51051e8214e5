# SPDX-License-Identifier: Apache-2.0
"""The services of a compute host, in the order in which they start."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import re

from nova_ha.cluster.configuration.model import Clone
from nova_ha.cluster.configuration.model import ConfigurationError
from nova_ha.cluster.configuration.model import Operation
from nova_ha.cluster.configuration.model import Primitive

CHAINS: Mapping[str, Sequence[tuple[str, str]]] = {
    'debian': (
        ('neutron-ovs-agent', 'systemd:neutron-openvswitch-agent'),
        ('ceilometer-compute', 'systemd:ceilometer-agent-compute'),
        ('nova-compute', 'systemd:nova-compute'),
    ),
    'redhat': (
        ('neutron-ovs-agent', 'systemd:neutron-openvswitch-agent'),
        ('ceilometer-compute', 'systemd:openstack-ceilometer-compute'),
        ('nova-compute', 'systemd:openstack-nova-compute'),
    ),
}
"""Resource and agent by the distribution that the units come from."""

# A service that cannot be stopped may go on working on its guests: only the
# loss of the whole host ends that.
OPERATIONS = (
    Operation('start', timeout='120s'),
    Operation('stop', timeout='120s', on_fail='fence'),
    Operation('monitor', timeout='30s', interval='10s'),
)

# One that failed to start is tried again after a minute, not never.
META = (('migration-threshold', '3'), ('failure-timeout', '60s'))

NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_.-]*')
_AGENT = re.compile(r'(systemd|lsb|ocf:[\w.-]+):[\w.@-]+')
_KEYS = {'interval': 'interval', 'timeout': 'timeout', 'on-fail': 'on_fail'}
_FORM = (
    'NAME=AGENT[,OPERATION:KEY=VALUE[:KEY=VALUE]...], for instance '
    'nova-compute=systemd:nova-compute,monitor:interval=10s:timeout=30s'
)


def chain(distribution: str) -> tuple[Clone, ...]:
    """Return the usual services with the units of a distribution."""
    return tuple(_clone(name, agent) for name, agent in CHAINS[distribution])


def parse(text: str) -> Clone:
    """Read a service as it is given on a command line.

    :raises ConfigurationError: it cannot be read.
    """
    first, *rest = text.split(',')
    name, _, agent = first.partition('=')
    if not NAME.fullmatch(name) or not _AGENT.fullmatch(agent):
        raise ConfigurationError(f'service {text!r} is not {_FORM}')
    operations = {operation.name: operation for operation in OPERATIONS}
    for part in rest:
        operation = _operation(text, part, operations)
        operations[operation.name] = operation
    return _clone(name, agent, tuple(operations.values()))


def _operation(
    text: str, part: str, known: Mapping[str, Operation]
) -> Operation:
    name, *settings = part.split(':')
    changes = {}
    for setting in settings:
        key, _, value = setting.partition('=')
        if key not in _KEYS or not value:
            raise ConfigurationError(
                f'service {text!r}: {setting!r} is not one of interval=, '
                'timeout= and on-fail= with a value'
            )
        changes[_KEYS[key]] = value
    if not name or not changes:
        raise ConfigurationError(f'service {text!r} is not {_FORM}')
    usual = known.get(name, Operation(name, timeout='60s'))
    return dataclasses.replace(usual, **changes)


def _clone(
    name: str, agent: str, operations: tuple[Operation, ...] = OPERATIONS
) -> Clone:
    return Clone(
        Primitive(
            name, agent, operations=operations, meta=META, elsewhere=True
        )
    )

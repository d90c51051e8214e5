# SPDX-License-Identifier: Apache-2.0
"""From hosts and wishes to the whole configuration."""

from collections.abc import Iterator
from collections.abc import Sequence
import itertools

from nova_ha.cluster.configuration import devices
from nova_ha.cluster.configuration.model import Alert
from nova_ha.cluster.configuration.model import Ban
from nova_ha.cluster.configuration.model import Clone
from nova_ha.cluster.configuration.model import Configuration
from nova_ha.cluster.configuration.model import ConfigurationError
from nova_ha.cluster.configuration.model import Dependency
from nova_ha.cluster.configuration.model import Node
from nova_ha.cluster.configuration.model import Operation
from nova_ha.cluster.configuration.model import Order
from nova_ha.cluster.configuration.model import Pairs
from nova_ha.cluster.configuration.model import Primitive
from nova_ha.cluster.configuration.services import NAME
from nova_ha.cluster.configuration.wishes import SOCKET
from nova_ha.cluster.configuration.wishes import Timing
from nova_ha.cluster.configuration.wishes import Wishes
from nova_ha.recovery.model import Host
from nova_ha.recovery.states import Gate

ROLE = 'osprole'
CONTROL = 'control'
COMPUTE = 'compute'

FENCER = Clone(
    Primitive(
        'nova-ha-fencer',
        'ocf:nova-ha:fencer',
        operations=(
            Operation('start', timeout='60s'),
            # It ends what is under way before it goes.
            Operation('stop', timeout='120s'),
            Operation('monitor', timeout='30s', interval='10s'),
        ),
        # Fencing depends on it: it is started again for ever, and also while
        # a host has still to be fenced, which otherwise would wait for the
        # fencer, and the fencer for it.
        meta=(
            ('migration-threshold', '0'),
            ('failure-timeout', '60s'),
            ('requires', 'nothing'),
        ),
    )
)


def configuration(hosts: Sequence[Host], wishes: Wishes) -> Configuration:
    """Return what nova-ha needs of Pacemaker for these hosts.

    :raises ConfigurationError: something is missing or contradicts itself.
    """
    _check_names(hosts, wishes)
    fencer = _fencer(wishes)
    return Configuration(
        remarks=tuple(_remarks(hosts, wishes)),
        properties=_properties(wishes.timing),
        controllers=tuple(
            Node(name, CONTROL, number) for name, number in wishes.controllers
        ),
        hosts=tuple(Node(host.node, COMPUTE) for host in hosts),
        connections=tuple(_connection(h, wishes.timing) for h in hosts),
        services=wishes.services,
        fencer=fencer,
        devices=devices.devices(hosts, wishes),
        bans=tuple(_bans(hosts, wishes, fencer)),
        dependencies=tuple(
            Dependency(
                first.id,
                then.id,
                f'{first.primitive.id}-{then.primitive.id}',
            )
            for first, then in itertools.pairwise(wishes.services)
        ),
        orders=(
            Order(
                f'{fencer.primitive.id}-{devices.NOVA_HA}-order',
                fencer.id,
                devices.NOVA_HA,
            ),
        ),
        levels=tuple(
            level for host in hosts for level in devices.levels(host, wishes)
        ),
        alert=Alert('nova-ha-alert', wishes.alert_path, wishes.socket),
    )


def _check_names(hosts: Sequence[Host], wishes: Wishes) -> None:
    """See that every name can be the id of a resource, and only once.

    :raises ConfigurationError: it cannot.
    """
    taken = dict.fromkeys(
        (devices.NOVA_HA, FENCER.primitive.id, FENCER.id), 'nova-ha itself'
    )
    named = [(clone.primitive.id, 'a service') for clone in wishes.services]
    named += [(clone.id, 'a service') for clone in wishes.services]
    named += [(name, 'a controller') for name, _ in wishes.controllers]
    named += [(host.node, f'host {host.name}') for host in hosts]
    for name, owner in named:
        if not NAME.fullmatch(name):
            raise ConfigurationError(
                f'{owner} cannot have the name {name!r} in Pacemaker: it must '
                'begin with a letter and hold letters, digits and _.- only; '
                "the key node of the hosts file gives a host's name there"
            )
        if taken.setdefault(name, owner) != owner:
            raise ConfigurationError(
                f'{name} is the name of {taken[name]} and of {owner}; rename '
                'one of them'
            )
    if len({name for name, _ in named}) < len(named):
        raise ConfigurationError(
            'a controller, a service or a host is named twice'
        )


def _properties(timing: Timing) -> Pairs:
    return (
        ('stonith-enabled', 'true'),
        ('stonith-action', 'reboot'),
        ('stonith-timeout', f'{timing.fencing}s'),
        # After so many failures in a row Pacemaker pauses until the next
        # recheck; a BMC may need minutes.
        ('stonith-max-attempts', '100'),
        ('concurrent-fencing', 'true'),
        ('cluster-recheck-interval', '60s'),
    )


def _connection(host: Host, timing: Timing) -> Primitive:
    server: Pairs = ()
    if host.node_address:
        server = (('server', host.node_address),)
    return Primitive(
        host.node,
        'ocf:pacemaker:remote',
        (*server, ('reconnect_interval', f'{timing.reconnect_interval}s')),
        (
            Operation('start', timeout=f'{timing.CONNECT}s'),
            Operation('stop', timeout='60s'),
            Operation(
                'monitor',
                timeout=f'{timing.monitor_timeout}s',
                interval=f'{timing.monitor_interval}s',
            ),
        ),
    )


def _fencer(wishes: Wishes) -> Clone:
    primitive = FENCER.primitive
    parameters: Pairs = (('config', wishes.config_file),)
    if wishes.socket != SOCKET:
        parameters += (('socket', wishes.socket),)
    return Clone(
        Primitive(
            primitive.id,
            primitive.agent,
            parameters,
            primitive.operations,
            primitive.meta,
        )
    )


def _bans(
    hosts: Sequence[Host], wishes: Wishes, fencer: Clone
) -> Iterator[Ban]:
    """Yield what must not run where.

    Where an agent is not even installed, it is not looked for. The gate is
    otherwise: a service that runs though it is shut must be found.
    """
    for host in hosts:
        name = host.node
        yield Ban(f'{name}-on-control', name, ROLE, 'ne', CONTROL)
    name = fencer.id
    yield Ban(f'{name}-on-control', name, ROLE, 'ne', CONTROL, unseen=True)
    for clone in wishes.services:
        name = clone.id
        yield Ban(f'{name}-on-compute', name, ROLE, 'ne', COMPUTE, unseen=True)
        yield Ban(f'{name}-gate', name, wishes.gate, 'eq', Gate.SHUT.value)


def _remarks(hosts: Sequence[Host], wishes: Wishes) -> Iterator[str]:
    if len(wishes.controllers) > 1:
        yield (
            'The controllers need fencing of their own: a controller that '
            'is lost and cannot be fenced keeps the connections of its hosts. '
            'Their stonith resources are not made here.'
        )
    others = [
        resource
        for resource in wishes.services
        if resource.primitive.id == wishes.compute_resource
    ]
    if not others:
        last = wishes.services[-1].primitive.id
        yield (
            f'nova-compute is taken to be {last}, the last service: set '
            f'[cluster] compute_resource = {last} on every controller.'
        )
    if wishes.power_agent == devices.GENERATED:
        yield (
            'nova-ha switches hosts of the driver ipmi off, too: give them '
            'the driver external once their power agents are in place.'
        )
        if not wishes.show_secrets:
            yield (
                'Passwords are left out: replace REPLACE-ME, or print the '
                'configuration with the option show-secrets.'
            )
    elif wishes.power_agent and not _externals(hosts):
        yield (
            'No host has the driver external, so the power agent is not used.'
        )


def _externals(hosts: Sequence[Host]) -> Sequence[Host]:
    return [host for host in hosts if devices.EXTERNAL in host.drivers]

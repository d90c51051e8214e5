# SPDX-License-Identifier: Apache-2.0
"""Who fences a host: nova-ha alone, or a power agent and then nova-ha."""

from collections.abc import Sequence

from nova_ha.cluster.configuration.model import ConfigurationError
from nova_ha.cluster.configuration.model import Level
from nova_ha.cluster.configuration.model import Operation
from nova_ha.cluster.configuration.model import Pairs
from nova_ha.cluster.configuration.model import Primitive
from nova_ha.cluster.configuration.model import SECRET
from nova_ha.cluster.configuration.wishes import SOCKET
from nova_ha.cluster.configuration.wishes import Timing
from nova_ha.cluster.configuration.wishes import Wishes
from nova_ha.recovery.model import Host

NOVA_HA = 'nova-ha-fence'
AGENT = 'fence_nova_ha'
GENERATED = 'fence_ipmilan'
EXTERNAL = 'external'

#: Seconds that fence_ipmilan may take; its own limits add up to less.
_IPMILAN = 60

# A device that failed is tried again after a minute, not never. Not at once
# (migration-threshold=0): it would stay where it fails, and Pacemaker does
# nothing else while the start of a device runs into its time-out.
_META = (('failure-timeout', '60s'),)


def levels(host: Host, wishes: Wishes) -> tuple[Level, ...]:
    """Return what is tried to fence the host, in turn.

    nova-ha comes last in a level: with the driver ``external`` it takes the
    word of the devices before it. A host that nova-ha switches itself is
    not named to it again in the second level, where its BMC has just
    failed: the power-off is found in Pacemaker's fencing history.

    :raises ConfigurationError: nothing would switch the host off.
    """
    external = EXTERNAL in host.drivers
    first: tuple[str, ...] = (NOVA_HA,)
    if external or wishes.power_agent == GENERATED:
        first = (_power_device(host, wishes), NOVA_HA)
    found = [Level(host.node, 1, first)]
    if wishes.second_level:
        device = _named(wishes.second_level, host)
        devices = (device, NOVA_HA) if external else (device,)
        found.append(Level(host.node, 2, devices))
    return tuple(found)


def _power_device(host: Host, wishes: Wishes) -> str:
    if not wishes.power_agent:
        raise ConfigurationError(
            f'{host.name} has the driver external, so nothing would switch '
            'it off: name the stonith resource that does with --power-agent, '
            'or give the host another driver in the hosts file'
        )
    if wishes.power_agent == GENERATED:
        return f'ipmi-{host.node}'
    return _named(wishes.power_agent, host)


def _named(pattern: str, host: Host) -> str:
    return pattern.replace('{node}', host.node).replace('{host}', host.name)


def devices(hosts: Sequence[Host], wishes: Wishes) -> tuple[Primitive, ...]:
    """Return the stonith resources to make.

    :raises ConfigurationError: the hosts file lacks what one needs.
    """
    found = [_nova_ha(hosts, wishes)]
    if wishes.power_agent == GENERATED:
        found += [_ipmilan(host, wishes) for host in hosts]
    return tuple(found)


def _nova_ha(hosts: Sequence[Host], wishes: Wishes) -> Primitive:
    timing = wishes.timing
    parameters = [
        ('timeout', str(timing.agent)),
        # Named, not asked of the fencer (dynamic-list): while a fencer is
        # down, its controller would wait for that answer before any device
        # may fence. A new host has to be made known to Pacemaker anyway.
        ('pcmk_host_list', ' '.join(host.node for host in hosts)),
        ('pcmk_host_check', 'static-list'),
        # Else the hosts of a rack wait for each other.
        ('pcmk_action_limit', '-1'),
        *_limits(timing.fencing),
        ('pcmk_on_timeout', f'{timing.fencing}s'),
        ('pcmk_monitor_timeout', f'{timing.READ}s'),
        ('pcmk_list_timeout', f'{timing.READ}s'),
        ('pcmk_status_timeout', f'{timing.READ}s'),
    ]
    if wishes.socket != SOCKET:
        parameters.insert(0, ('socket', wishes.socket))
    return Primitive(
        NOVA_HA,
        f'stonith:{AGENT}',
        tuple(parameters),
        _watched(timing),
        _META,
    )


def _limits(seconds: int) -> Pairs:
    return (
        ('pcmk_off_timeout', f'{seconds}s'),
        ('pcmk_reboot_timeout', f'{seconds}s'),
    )


def _watched(timing: Timing) -> tuple[Operation, ...]:
    return (
        Operation('start', timeout=f'{timing.READ}s'),
        Operation('monitor', timeout=f'{timing.READ}s', interval='60s'),
    )


def _ipmilan(host: Host, wishes: Wishes) -> Primitive:
    found = [d for d in host.devices if d.driver == 'ipmi']
    if not found:
        raise ConfigurationError(
            f'{host.name} has the driver {", ".join(host.drivers)}: '
            f'{GENERATED} is made of the parameters of the driver ipmi only. '
            'Make its stonith resource yourself and name it with '
            '--power-agent'
        )
    power = found[0].parameters
    parameters = [
        ('ip', str(power['address'])),
        ('ipport', str(power['port'])),
        ('lanplus', '1'),
        ('username', str(power['user'])),
        ('password', _secret(power['password'], wishes)),
    ]
    if 'kg' in power:
        kg = str(power['kg']).encode().hex()
        parameters.append(('hexadecimal_kg', _secret(kg, wishes)))
    if 'privilege' in power:
        parameters.append(('privlvl', str(power['privilege'])))
    return Primitive(
        f'ipmi-{host.node}',
        f'stonith:{GENERATED}',
        (
            *parameters,
            # The agent sleeps so long (2 s without it) between its "off" and
            # the first look whether it is off. It says so only when it has
            # read it, and else looks again each second until Pacemaker's
            # time-out: 0.2 instead of 2.2 s with a BMC that switches at once,
            # and nothing lost with a slow one. Its power_timeout is moot:
            # run by Pacemaker, the agent ignores it.
            ('power_wait', '0'),
            ('pcmk_host_list', host.node),
            *_limits(_IPMILAN),
        ),
        _watched(wishes.timing),
        _META,
    )


def _secret(value: object, wishes: Wishes) -> str:
    return str(value) if wishes.show_secrets else SECRET

# SPDX-License-Identifier: Apache-2.0
"""A few clouds, for the tests of what is printed for them."""

import dataclasses

from nova_ha.cluster.configuration import services
from nova_ha.cluster.configuration.wishes import Timing
from nova_ha.cluster.configuration.wishes import Wishes
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice

PASSWORD = 'pa$$ "word'
KG = 'bmc-key'


@dataclasses.dataclass(frozen=True)
class Cloud:
    """Hosts and wishes.

    :ivar own: stonith resources that the operator has: agent and nodes.
    :ivar expected: checks that have a note to make.
    """

    hosts: tuple[Host, ...]
    wishes: Wishes
    own: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    expected: tuple[str, ...] = ()


def host(node, *drivers):
    """Return a host that is found by its name."""
    devices = tuple(PowerDevice(driver) for driver in drivers)
    return Host(f'{node}.example.org', node, devices)


def ipmi(node, number, **parameters):
    """Return a host with one BMC."""
    settings = {
        'address': f'192.0.2.{number}',
        'port': 623,
        'user': 'nova-ha',
        'password': PASSWORD,
        **parameters,
    }
    return Host(
        f'{node}.example.org',
        node,
        (PowerDevice('ipmi', settings),),
        f'198.51.100.{number}',
    )


THREE = (('ctl1', 1), ('ctl2', 2), ('ctl3', 3))
CONTROLLERS = {'ipmi-controllers': ('fence_ipmilan', 'ctl1 ctl2 ctl3')}

CLOUDS = {
    # The least there can be.
    'one-controller': Cloud(
        hosts=(ipmi('cmp1', 1), ipmi('cmp2', 2)),
        wishes=Wishes((('ctl1', 1),), services.chain('debian')),
    ),
    # Hosts that nova-ha switches, one with a PDU behind its BMC, and one
    # that a power agent switches; a PDU that Pacemaker knows.
    'mixed-fleet': Cloud(
        hosts=(
            ipmi('cmp1', 1),
            host('cmp2', 'ipmi', 'fake'),
            host('cmp-3.rack2', 'external'),
        ),
        wishes=Wishes(
            THREE,
            services.chain('redhat'),
            power_agent='ipmi-{node}',
            second_level='pdu',
        ),
        own={
            **CONTROLLERS,
            'ipmi-cmp-3.rack2': ('fence_ipmilan', 'cmp-3.rack2'),
            'pdu': ('fence_apc_snmp', 'cmp1 cmp2 cmp-3.rack2'),
        },
    ),
    # Power agents made of the hosts file; nova-ha still has a driver of its
    # own, which is worth a note.
    'generated-power-agents': Cloud(
        hosts=(
            ipmi('cmp1', 1, privilege='operator'),
            ipmi('cmp2', 2, kg=KG),
        ),
        wishes=Wishes(
            THREE, services.chain('debian'), power_agent='fence_ipmilan'
        ),
        own=CONTROLLERS,
        expected=('powered-off-twice',),
    ),
    # Everything that an option can change.
    'all-otherwise': Cloud(
        hosts=(host('cmp1', 'fake'), host('cmp2', 'fake')),
        wishes=Wishes(
            (('ctl1', 7),),
            (
                services.parse(
                    'net=ocf:lab:Steer,monitor:interval=5s:timeout=10s'
                ),
                services.parse('compute=ocf:lab:nova-compute'),
            ),
            gate='my-gate',
            timing=Timing(
                monitor_interval=2,
                monitor_timeout=5,
                reconnect_interval=5,
                agent=100,
            ),
            socket='/srv/nova ha/fencer.sock',
            config_file='/srv/nova-ha.conf',
            alert_path='/opt/nova-ha/bin/nova-ha-alert',
        ),
    ),
}

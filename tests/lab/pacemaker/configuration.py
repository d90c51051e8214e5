# SPDX-License-Identifier: Apache-2.0
"""What the cluster of the lab is set up with."""

from collections.abc import Sequence
import itertools

from tests.lab.config import LabConfig
from tests.lab.pacemaker.cluster import FENCER
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.pacemaker.controllers import Controller
from tests.lab.pacemaker.remotes import RemoteHost

GATE = 'nova-ha-gate'

PROPERTIES = (
    'property stonith-enabled=true stonith-action=reboot '
    'cluster-recheck-interval=60s dc-deadtime=3s stonith-timeout=60s '
    'concurrent-fencing=true stonith-max-attempts=100'
)
DEFAULTS = (
    'rsc_defaults resource-stickiness=1 migration-threshold=3 '
    'failure-timeout=60s'
)


def crm(
    lab: LabConfig,
    controllers: Sequence[Controller],
    hosts: Sequence[RemoteHost],
) -> str:
    """The whole configuration, for ``crm configure load update -``."""
    lines = [
        PROPERTIES,
        DEFAULTS,
        *(f'node {c.name} attributes osprole=control' for c in controllers),
        *(f'node {h.name}:remote attributes osprole=compute' for h in hosts),
        *(line for host in hosts for line in _remote(host)),
        *_fencers(),
        *_services(),
        *_fencing(lab, controllers, hosts),
    ]
    return '\n'.join(lines) + '\n'


def _remote(host: RemoteHost) -> list[str]:
    return [
        (
            f'primitive {host.name} ocf:pacemaker:remote '
            f'params server={host.machine.address} reconnect_interval=5 '
            'op start interval=0 timeout=20 op stop interval=0 timeout=60 '
            'op monitor interval=2 timeout=5'
        ),
        _only(host.name, 'control'),
    ]


def _fencers() -> list[str]:
    return [
        (
            f'primitive {FENCER} ocf:lab:fencer params config={CONFIG_FILE} '
            'op start interval=0 timeout=60 op stop interval=0 timeout=60 '
            'op monitor interval=10 timeout=20'
        ),
        f'clone {FENCER}-clone {FENCER} meta interleave=true',
        _only(f'{FENCER}-clone', 'control'),
    ]


def _services() -> list[str]:
    lines = []
    for name in SERVICES:
        lines += [
            (
                f'primitive {name} ocf:lab:service '
                'op start interval=0 timeout=60 op stop interval=0 timeout=30 '
                'op monitor interval=2 timeout=10'
            ),
            f'clone {name}-clone {name} meta interleave=true',
            _only(f'{name}-clone', 'compute'),
            f'location gate-{name} {name}-clone rule -inf: {GATE} eq shut',
        ]
    for before, after in itertools.pairwise(SERVICES):
        lines += [
            f'order o-{after} {before}-clone {after}-clone',
            f'colocation c-{after} inf: {after}-clone {before}-clone',
        ]
    return lines


def _fencing(
    lab: LabConfig,
    controllers: Sequence[Controller],
    hosts: Sequence[RemoteHost],
) -> list[str]:
    """A level a node; controllers fence one another where they can."""
    lines = [
        (
            'primitive nova-ha-fence stonith:fence_nova_ha params timeout=55 '
            'pcmk_host_check=dynamic-list pcmk_off_timeout=60 '
            'pcmk_reboot_timeout=60 op monitor interval=30 timeout=20'
        ),
        _only('nova-ha-fence', 'control'),
        f'order o-fence {FENCER}-clone nova-ha-fence',
    ]
    levels = []
    for host in hosts:
        level = f'{host.name}: nova-ha-fence'
        if lab.wiring == 2:
            lines += [
                _ipmi(lab, host.name, host.bmc.address),
                _only(f'ipmi-{host.name}', 'control'),
            ]
            level = f'{host.name}: ipmi-{host.name},nova-ha-fence'
        levels.append(level)
    for each in controllers if len(controllers) > 1 else ():
        name = f'ipmi-{each.name}'
        lines += [
            _ipmi(lab, each.name, each.bmc.address),
            f'location l-{name} {name} -inf: {each.name}',
            _only(name, 'control', 'role'),
        ]
        levels.append(f'{each.name}: {name}')
    return [*lines, f'fencing_topology {" ".join(levels)}']


def _only(resource: str, role: str, name: str = 'l') -> str:
    """Keep a resource to the nodes of a role."""
    return (
        f'location {name}-{resource} {resource} rule -inf: osprole ne {role}'
    )


def _ipmi(lab: LabConfig, node: str, address: str) -> str:
    return (
        f'primitive ipmi-{node} stonith:fence_ipmilan params ip={address} '
        f'username={lab.bmc_user} password={lab.bmc_password} lanplus=1 '
        f'cipher=3 power_wait=1 pcmk_host_list={node} pcmk_off_timeout=30 '
        'pcmk_reboot_timeout=40 op monitor interval=30 timeout=20'
    )

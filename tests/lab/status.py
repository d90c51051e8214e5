# SPDX-License-Identifier: Apache-2.0
"""What ``status`` shows."""

from typing import Any

from keystoneauth1 import exceptions

from tests.lab import guests
from tests.lab import processes
from tests.lab import recovery
from tests.lab.columns import columns
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.lab import Lab
from tests.lab.pacemaker.cluster import FENCER
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.configuration import GATE
from tests.lab.pacemaker.crm_mon import View
from tests.lab.pacemaker.stack import Stack


def table(lab: Lab) -> str:
    """Services; the cluster, if there is one; hosts as all see them."""
    services = [
        (
            service.name,
            str(service.pid() or '-'),
            _memory(service.pid()),
            _state(service.running(), service.ready),
        )
        for service in lab.services
    ]
    lines = columns(('SERVICE', 'PID', 'MIB', 'STATE'), services)
    view = None
    if lab.stack:
        view = lab.stack.cluster.view()
        lines += ['', *_controllers(lab.stack, view)]
    return '\n'.join([*lines, '', *_hosts(lab, view)])


def _controllers(stack: Stack, view: View | None) -> list[str]:
    """The cluster's members, as one of them sees them."""
    rows = []
    for controller in stack.controllers:
        node = view.nodes.get(controller.name) if view else None
        decides = view is not None and view.dc == controller.name
        fencer = view is not None and controller.name in view.started(FENCER)
        rows.append(
            (
                controller.name,
                controller.bmc.address,
                controller.power_state(),
                (node.state if node else '-') + (', DC' if decides else ''),
                'yes' if view and view.quorum else 'no',
                'runs' if fencer else 'stopped',
            )
        )
    head = ('CONTROLLER', 'BMC', 'POWER', 'PACEMAKER', 'QUORUM', 'FENCER')
    return columns(head, rows)


def _hosts(lab: Lab, view: View | None) -> list[str]:
    """What power, Pacemaker, nova and nova-ha say of each host."""
    known = _compute_services(lab)
    running = guests.running(guests.read_journal(lab.config.journal))
    rows = [
        {
            'HOST': host.name,
            'BMC': f'{host.bmc.address}:{host.bmc.port}',
            'POWER': _power(host),
            'PACEMAKER': _pacemaker(host, view),
            'SERVICES': _services(host, view),
            'PID': str(host.pid() or '-'),
            'MIB': _memory(host.pid()),
            'NOVA': compute_state(known.get(host.name)),
            'NOVA-HA': _recovery(lab, host),
            'RUNNING': str(
                sum(host.name in where for where in running.values())
            ),
        }
        for host in lab.hosts.values()
    ]
    head = [
        key
        for key in rows[0]
        if lab.stack or key not in ('PACEMAKER', 'SERVICES')
    ]
    return columns(head, [[row[key] for key in head] for row in rows])


def _pacemaker(host: ComputeHost, view: View | None) -> str:
    node = view.nodes.get(host.name) if view else None
    if node is None:
        return '-'
    gate = node.attributes.get(GATE)
    return node.state + (f', gate {gate}' if gate else '')


def _services(host: ComputeHost, view: View | None) -> str:
    if view is None:
        return '-'
    up = sum(host.name in view.started(name) for name in SERVICES)
    return f'{up} of {len(SERVICES)}'


def _recovery(lab: Lab, host: ComputeHost) -> str:
    """Of the host's newest recovery, unless that is long over."""
    if not lab.fencer.running():
        return '-'
    try:
        newest = recovery.newest(lab.fencer, host.name)
    except LabError:
        return 'no answer'
    if newest is None or newest['state'] in ('completed', 'cancelled'):
        return 'well'
    state: str = newest['state']
    return state


def compute_state(service: dict[str, Any] | None) -> str:
    """nova's opinion of a nova-compute, in a word or two."""
    if service is None:
        return 'unknown'
    words = ['forced down' if service['forced_down'] else service['state']]
    if service['status'] == 'disabled':
        words.append('disabled')
    return ', '.join(words)


def _state(running: bool, ready: Any) -> str:
    if not running:
        return 'stopped'
    return 'ready' if ready() else 'not ready'


def _power(host: ComputeHost) -> str:
    if not (host.directory / 'power').exists():
        return '-'
    hung = ' (hung)' if host.crashed() else ''
    bmc = '' if host.bmc.pid() else ' (no BMC)'
    return host.power_state() + hung + bmc


def _memory(pid: int | None) -> str:
    """Resident MiB of a service: the processes of its group."""
    if pid is None:
        return '-'
    members = processes.group_members(pid)
    return str(sum(map(processes.resident, members)) // 2**20)


def _compute_services(lab: Lab) -> dict[str, dict[str, Any]]:
    if not lab.nova_api.running():
        return {}
    try:
        return lab.cloud.services()
    except exceptions.ClientException:
        return {}

# SPDX-License-Identifier: Apache-2.0
"""What ``status`` shows."""

from collections.abc import Sequence
from typing import Any

from keystoneauth1 import exceptions

from tests.lab import guests
from tests.lab import processes
from tests.lab.hosts import ComputeHost
from tests.lab.lab import Lab


def table(lab: Lab) -> str:
    """Two tables: services; hosts with their power and their guests."""
    services = [
        (
            service.name,
            str(service.pid() or '-'),
            _memory(service.pid()),
            _state(service.running(), service.ready),
        )
        for service in lab.services
    ]
    known = _compute_services(lab)
    running = guests.running(guests.read_journal(lab.config.journal))
    hosts = [
        (
            host.name,
            str(host.bmc.port),
            _power(host),
            str(host.pid() or '-'),
            _memory(host.pid()),
            compute_state(known.get(host.name)),
            str(sum(host.name in where for where in running.values())),
        )
        for host in lab.hosts.values()
    ]
    return '\n'.join(
        [
            *_columns(('SERVICE', 'PID', 'MIB', 'STATE'), services),
            '',
            *_columns(
                ('HOST', 'BMC', 'POWER', 'PID', 'MIB', 'NOVA', 'RUNNING'),
                hosts,
            ),
        ]
    )


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


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [
        max(len(row[column]) for row in (head, *rows))
        for column in range(len(head))
    ]
    return [
        '  '.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, *rows)
    ]

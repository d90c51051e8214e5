# SPDX-License-Identifier: Apache-2.0
"""Whether what was started does its work yet."""

from collections.abc import Iterable
from collections.abc import Sequence
import datetime
import time
from typing import Any

from keystoneauth1 import exceptions

from tests.lab.cloud import Cloud
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.processes import tail
from tests.lab.services.base import Service
from tests.lab.waiting import DeadlinePassed
from tests.lab.waiting import wait_until


def wait_for_services(
    services: Iterable[Service], timeout: float = 180
) -> None:
    """Wait until all are ready.

    :raises LabError: one has ended, or is not ready in time.
    """
    deadline = time.monotonic() + timeout
    pending = list(services)
    while True:
        pending = [each for each in pending if not _is_ready(each)]
        if not pending:
            return
        if time.monotonic() > deadline:
            names = ', '.join(each.name for each in pending)
            raise LabError(
                f'{names} not ready after {timeout:g} s; the end of '
                f'{pending[0].log}:\n{tail(pending[0].log)}'
            )
        time.sleep(0.1)


def _is_ready(service: Service) -> bool:
    if service.ready():
        return True
    if not service.running():
        raise LabError(
            f'{service.name} has ended; the end of {service.log}:\n'
            + tail(service.log)
        )
    return False


def wait_for_bmcs(hosts: Iterable[ComputeHost], timeout: float = 60) -> None:
    """Wait until every BMC answers."""
    for host in hosts:
        try:
            wait_until(host.bmc.answers, timeout, f'the BMC of {host.name}')
        except DeadlinePassed as error:
            raise LabError(f'{error}\n{tail(host.bmc.log)}') from None


def wait_for_computes(
    cloud: Cloud, hosts: Sequence[ComputeHost], timeout: float
) -> None:
    """Wait until nova can place instances on all these hosts.

    :raises LabError: a nova-compute has ended, or the deadline passed; with
        the end of its log.
    """
    deadline = time.monotonic() + timeout
    while True:
        missing = _not_ready(cloud, hosts)
        if not missing:
            return
        dead = [host for host in missing if host.pid() is None]
        if dead or time.monotonic() > deadline:
            host = (dead or missing)[0]
            state = 'has ended' if dead else f'not up after {timeout:g} s'
            raise LabError(
                f'nova-compute of {host.name} {state}; the end of '
                f'{host.log}:\n{tail(host.log)}'
            )
        time.sleep(0.25)


def _not_ready(
    cloud: Cloud, hosts: Sequence[ComputeHost]
) -> list[ComputeHost]:
    try:
        services = cloud.services()
        mapped = {each['hypervisor_hostname'] for each in cloud.hypervisors()}
    except exceptions.ClientException:
        return list(hosts)
    return [
        host
        for host in hosts
        if host.name not in mapped
        or not _reports(host, services.get(host.name))
    ]


def _reports(host: ComputeHost, service: dict[str, Any] | None) -> bool:
    """Whether this nova-compute, not one before it, has told nova it is up.

    nova takes a service as up from the moment its record is made, and of one
    that is forced down it keeps saying that it is down.
    """
    started = host.compute_started_at()
    if service is None or started is None:
        return False
    if service['state'] != 'up' and not service['forced_down']:
        return False
    if service['updated_at'] is None:
        return True
    last = datetime.datetime.fromisoformat(service['updated_at'])
    return last.replace(tzinfo=datetime.UTC).timestamp() >= started

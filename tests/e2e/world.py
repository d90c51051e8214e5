# SPDX-License-Identifier: Apache-2.0
"""What the tests do to the lab, and how it is made good again."""

from collections.abc import Iterator
import contextlib
import dataclasses
import os
import signal

from tests.e2e import shared
from tests.lab import processes
from tests.lab import readiness
from tests.lab.hosts import ComputeHost
from tests.lab.lab import Lab
from tests.lab.parallel import in_parallel
from tests.lab.services.base import Service
from tests.lab.waiting import wait_until


@dataclasses.dataclass(frozen=True)
class Booted:
    """An instance as it was before the host failed."""

    uuid: str
    name: str
    host: str
    status: str

    @property
    def running(self) -> bool:
        return self.status == 'ACTIVE'


class World:
    """The lab in the hands of a test."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.cloud = lab.cloud
        self.booted: list[Booted] = []

    def boot(self, host: str, count: int, stopped: int = 0) -> list[Booted]:
        """Make instances on a host in one request; some are stopped then."""
        reservation = self.cloud.compute.post(
            '/servers',
            json={
                'server': {
                    'name': f'{host}-{len(self.booted)}',
                    'flavorRef': '1',
                    'imageRef': self.cloud.image_id,
                    'networks': 'none',
                    'host': host,
                    'min_count': count,
                    'max_count': count,
                    'return_reservation_id': True,
                }
            },
        ).json()['reservation_id']
        servers = wait_until(
            lambda: self._all_active(reservation, count),
            120,
            f'{count} instances on {host}',
        )
        made = [s['id'] for s in servers]
        for uuid in made[:stopped]:
            self.cloud.act(uuid, 'os-stop')
        for uuid in made[:stopped]:
            self.cloud.wait_for_status(uuid, 'SHUTOFF')
        new = [
            Booted(
                s['id'],
                s['name'],
                host,
                'SHUTOFF' if s['id'] in made[:stopped] else 'ACTIVE',
            )
            for s in servers
        ]
        self.booted += new
        return new

    def _all_active(self, reservation: str, count: int) -> list | None:
        found = self.cloud.compute.get(
            f'/servers/detail?reservation_id={reservation}&all_tenants=1'
        ).json()['servers']
        settled = all(
            s['status'] == 'ACTIVE' and not s['OS-EXT-STS:task_state']
            for s in found
        )
        return found if settled and len(found) == count else None

    def records(self, *instances: Booted) -> list:
        """Nova's evacuation records of these, or of all, oldest first."""
        ours = {each.uuid for each in instances or self.booted}
        found = [
            record
            for record in self.cloud.migrations()
            if record['instance_uuid'] in ours
        ]
        return sorted(found, key=lambda record: record['id'])

    def slow(self, *hosts: str, seconds: float) -> None:
        """Let every guest take so long to start there."""
        for host in hosts:
            self.lab.host(host).set_knobs(spawn_delay=seconds)

    def hold(self, *hosts: str) -> None:
        """Let no guest come to the end of its start there."""
        for host in hosts:
            self.lab.host(host).set_knobs(spawn_hold=True)

    def let_go(self, *hosts: str, seconds: float = 0) -> None:
        """Let those held start; others take so long from now on."""
        self.slow(*hosts, seconds=seconds)

    def disable(self, *hosts: str, reason: str = 'not for this test') -> None:
        """As an operator does."""
        for host in hosts:
            self.cloud.update_service(
                host, status='disabled', disabled_reason=reason
            )

    def enable(self, *hosts: str) -> None:
        for host in hosts:
            self.cloud.update_service(host, status='enabled')

    # -- trouble

    @contextlib.contextmanager
    def without(self, service: Service) -> Iterator[None]:
        """Run something while a service is stopped."""
        service.stop()
        try:
            yield
        finally:
            self.start(service)

    @staticmethod
    def start(service: Service) -> None:
        service.start()
        readiness.wait_for_services([service])

    @contextlib.contextmanager
    def frozen(self, leader: int) -> Iterator[None]:
        """Run something while a service or BMC, by its pid, hangs."""
        freeze(leader)
        try:
            yield
        finally:
            thaw(leader)

    # -- before and after a test

    def make_good(self) -> None:
        """Begin to bring everything back to where tests start from."""
        self._restore_services()
        in_parallel(
            lambda host=host: self._revive(host)
            for host in self.lab.hosts.values()
        )
        self._delete_instances()

    def wait_good(self) -> None:
        """Wait until all hosts are up, enabled and empty."""
        self.lab.wait_ready()
        for host, service in self.cloud.services().items():
            if service['forced_down'] or service['status'] != 'enabled':
                self.cloud.update_service(
                    host, forced_down=False, status='enabled'
                )
        wait_until(self._all_up, 90, 'all hosts to be up')

    def _all_up(self) -> bool:
        services = self.cloud.services().values()
        return {(s['state'], s['status']) for s in services} == {
            ('up', 'enabled')
        }

    def _restore_services(self) -> None:
        for service in self.lab.services:
            if not service.running():
                self.start(service)
            else:
                thaw(service.pid())
        for host in self.lab.hosts.values():
            thaw(host.bmc.pid())

    @staticmethod
    def _revive(host: ComputeHost) -> None:
        host.set_knobs()
        if host.power_state() == 'on' and host.crashed():
            host.power_off()
        if host.power_state() == 'off':
            # A new machine: else nova-compute would wonder about guests
            # that nova will have deleted when it starts.
            for kind in ('guests', 'disks'):
                for path in (host.directory / kind).iterdir():
                    path.unlink()
            host.power_on()
        elif not host.pid():
            host.start_compute()

    def _delete_instances(self) -> None:
        for server in self.cloud.servers():
            self.cloud.delete(server['id'])
        wait_until(
            lambda: not self.cloud.servers(), 120, 'the instances to go'
        )
        self.booted.clear()


def freeze(leader: int) -> None:
    """Let a process and what it has started hang."""
    os.killpg(leader, signal.SIGSTOP)


def thaw(leader: int | None) -> None:
    """Let them go on; nothing happens to what does not hang."""
    if leader and processes.group_members(leader):
        os.killpg(leader, signal.SIGCONT)


def say(text: str) -> None:
    """A line for who watches the tests."""
    shared.progress.say(f'  {text}')

# SPDX-License-Identifier: Apache-2.0
"""A compute host that Pacemaker looks after through pacemaker_remote.

Nobody but Pacemaker starts its nova-compute: booting starts pacemaker_remoted,
and through that Pacemaker starts the host's services, one after another.
"""

from collections.abc import Callable
import os
import pathlib
import signal

from tests.lab import config
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.pacemaker import remoted
from tests.lab.pacemaker.machine import Machine
from tests.lab.pacemaker.network import Network

OCF = pathlib.Path(__file__).with_name('ocf')
SERVICE = 'nova-compute'


class RemoteHost(ComputeHost):
    """A compute host that is a machine."""

    def __init__(
        self,
        lab: config.LabConfig,
        index: int,
        network: Network,
        restart: Callable[[str], None],
    ) -> None:
        """Describe host number ``index`` (from 1); nothing is made.

        :param restart: lets Pacemaker restart nova-compute on a host.
        """
        address = f'10.77.0.{config.COMPUTE_ADDRESS + index}'
        self.machine = Machine(lab, f'compute{index}', 'compute', address)
        self._network = network
        self._restart = restart
        super().__init__(lab, index)

    def _command(self) -> list[str]:
        return self.machine.command()

    def prepare(self) -> None:
        """Write the configuration. A new host is powered on."""
        self._network.add_address(self.bmc.address)
        if self.machine.init():
            return
        self.machine.prepare(self._network)
        super().prepare()
        services = self.directory / 'services'
        services.mkdir(exist_ok=True)
        (self.directory / 'steer').mkdir(exist_ok=True)
        (self.directory / 'host.env').replace(services / SERVICE)
        self.machine.install(
            'usr/sbin/pacemaker-remoted', remoted.program(self.lab)
        )
        self.machine.install(
            'usr/lib/ocf/resource.d/lab/service', OCF / 'service'
        )

    # -- hardware

    def break_board(self) -> None:
        """Let its mainboard be dead from the next power-off on.

        Its BMC answers as ever, and cannot switch it on.
        """
        (self.directory / 'broken').touch()

    def mend_board(self) -> None:
        """It can be switched on again."""
        (self.directory / 'broken').unlink(missing_ok=True)

    # -- nova-compute

    def pid(self) -> int | None:
        """The pid of nova-compute, or None if it does not run."""
        return self.service_pid(SERVICE)

    def service_pid(self, service: str) -> int | None:
        """The pid, as it is seen from here, of a service of the host."""
        try:
            pid = self._service_file(service).read_text().split()[0]
        except (OSError, IndexError):
            return None
        return self.machine.outer_pid(int(pid))

    def compute_started_at(self) -> float | None:
        """When nova-compute was started, in seconds since the epoch."""
        if not self.pid():
            return None
        try:
            return self._service_file(SERVICE).stat().st_mtime
        except FileNotFoundError:  # it ends at this moment
            return None

    def start_compute(self) -> None:
        """Boot, if it is on and does not run; the rest is Pacemaker's."""
        self.machine.boot()

    def stop_compute(self) -> None:
        """End everything on the host, which stays as it is: on or off.

        Its guests are written down as ended, and so would they be by a
        power failure.
        """
        self.machine.halt()

    def restart_compute(self) -> None:
        """Let Pacemaker restart it."""
        self._restart(self.name)

    def _service_file(self, service: str) -> pathlib.Path:
        path = self.machine.inside(f'/run/lab-{service}.pid')
        return path or pathlib.Path('/nonexistent')

    # -- pacemaker_remoted and the services

    def signal_remoted(self, number: signal.Signals) -> None:
        """Send pacemaker_remoted a signal.

        :raises LabError: it does not run.
        """
        pids = self.machine.pids('pacemaker-remot')
        if not pids:
            raise LabError(f'{self.name}: pacemaker_remoted does not run')
        for pid in pids:
            os.kill(pid, number)

    def signal_service(self, service: str, number: signal.Signals) -> None:
        """Send the process of a service a signal, behind Pacemaker's back.

        :raises LabError: it does not run.
        """
        pid = self.service_pid(service)
        if pid is None:
            raise LabError(f'{self.name}: {service} does not run')
        os.killpg(pid, number)

    def steer(
        self, service: str, action: str, code: int = 1, seconds: float = 0
    ) -> None:
        """Let an action of a service take so long and fail so.

        :param action: start, stop, monitor.
        :param code: of the OCF; 0 lets it succeed.
        """
        path = self.directory / 'steer' / f'{service}.{action}'
        partial = path.with_suffix('.new')
        partial.write_text(f'{code} {seconds}\n')
        partial.replace(path)

    def steer_no_more(self) -> None:
        """All services behave again."""
        for path in (self.directory / 'steer').iterdir():
            path.unlink()

    def steered(self) -> dict[str, str]:
        """What is steered how: {"SERVICE.ACTION": "CODE SECONDS"}."""
        return {
            path.name: path.read_text().strip()
            for path in (self.directory / 'steer').iterdir()
        }

# SPDX-License-Identifier: Apache-2.0
"""A make-believe compute host: power switch, BMC, nova-compute, guests."""

import json
import subprocess
import time
from typing import Any

from tests.bmc.ipmi_sim import IpmiSim
from tests.lab import config
from tests.lab import processes
from tests.lab import templating
from tests.lab.errors import LabError
from tests.lab.services import base
from tests.lab.services import nova

DRIVER = config.PACKAGE / 'driver'


class ComputeHost:
    """One compute host.

    All that changes its power or its nova-compute goes through the program
    ``driver/host``, which the BMC simulator calls as well: there is one
    truth, and one lock.
    """

    def __init__(self, lab: config.LabConfig, index: int) -> None:
        """Describe host number ``index`` (from 1); nothing is started."""
        self.lab = lab
        self.name = f'compute{index}'
        self.directory = lab.state / 'hosts' / self.name
        self.log = lab.log / f'{self.name}.log'
        self.pid_file = lab.run / f'{self.name}.pid'
        self._env_file = self.directory / 'host.env'
        self.bmc = IpmiSim(
            name=f'{self.name}-bmc',
            directory=self.directory / 'bmc',
            address=lab.bmc_address(index),
            port=lab.bmc_port(index),
            user=lab.bmc_user,
            password=lab.bmc_password,
            chassis_command=self._command(),
            log=lab.log / f'{self.name}-bmc.log',
            pid_file=lab.run / f'{self.name}-bmc.pid',
        )

    def _command(self) -> list[str]:
        return ['/bin/sh', str(DRIVER / 'host'), str(self._env_file)]

    def prepare(self) -> None:
        """Write the configuration. A new host is powered on."""
        (self.directory / 'guests').mkdir(parents=True, exist_ok=True)
        own = self.lab.etc / 'nova' / f'{self.name}.conf'
        templating.write(
            own,
            templating.render(
                'nova-compute.conf',
                host=self.name,
                directory=self.directory,
                journal=self.lab.journal,
            ),
        )
        templating.write(
            self._env_file,
            templating.render(
                'host.env',
                host=self.name,
                directory=self.directory,
                journal=self.lab.journal,
                log=self.log,
                pid_file=self.pid_file,
                path=f'{self.lab.cloud}/bin:{base.SYSTEM_PATH}',
                home=self.lab.state / 'home',
                python=self.lab.cloud / 'bin' / 'python',
                program=DRIVER / 'compute_main.py',
                common=nova.common_file(self.lab),
                own=own,
            ),
        )
        power = self.directory / 'power'
        if not power.exists():
            power.write_text('on\n')

    # -- power

    def power_state(self) -> str:
        """``on`` or ``off``."""
        return (self.directory / 'power').read_text().strip()

    def power_off(self) -> None:
        """As by the BMC: nova-compute and all guests end at once."""
        self._host('set', 'power', '0')

    def power_on(self) -> None:
        """As by the BMC: the host boots, and starts its nova-compute."""
        self._host('set', 'power', '1')

    def crash(self) -> None:
        """As a hung kernel: nova-compute is gone, the guests run on."""
        self._host('crash')

    def crashed(self) -> bool:
        """Whether it crashed, and was not powered off since."""
        return (self.directory / 'crashed').exists()

    # -- nova-compute

    def pid(self) -> int | None:
        """The pid of nova-compute, or None if it does not run."""
        return self._process().pid()

    def start_compute(self) -> None:
        """Start nova-compute; the host must be on."""
        self._host('start')

    def stop_compute(self) -> None:
        """End nova-compute in good order; the guests run on."""
        self._host('stop')

    def restart_compute(self) -> None:
        """End nova-compute in good order and start it again."""
        self._host('restart')

    def compute_started_at(self) -> float | None:
        """When nova-compute was started, in seconds since the epoch."""
        return self.pid_file.stat().st_mtime if self.pid() else None

    # -- guests and knobs

    def guests(self) -> dict[str, int]:
        """The guests that exist here: {uuid: nova's power_state}."""
        return {
            path.name: int(path.read_text().split()[0])
            for path in (self.directory / 'guests').iterdir()
            if path.suffix != '.new'
        }

    def disk(self, uuid: str) -> bytes | None:
        """What is on the local disk of a guest; None if it has none here."""
        path = self.directory / 'disks' / uuid
        return path.read_bytes() if path.exists() else None

    def write(self, uuid: str, text: str) -> None:
        """Write to a guest's local disk, as the guest."""
        with (self.directory / 'disks' / uuid).open('a') as disk:
            disk.write(text)

    def knobs(self) -> dict[str, Any]:
        """The knobs that are set."""
        try:
            text = (self.directory / 'knobs.json').read_text()
        except FileNotFoundError:
            return {}
        knobs: dict[str, Any] = json.loads(text)
        return knobs

    def set_knobs(self, **knobs: float | bool) -> None:
        """Replace the knobs of the host; without any: normal behaviour.

        ``spawn_delay``: seconds each guest takes to start; ``spawn_hold``:
        each goes on to start for as long as the knob is set;
        ``spawn_fail``: none starts; ``autostart=False``: booting does not
        start nova-compute.
        """
        path = self.directory / 'knobs.json'
        partial = path.with_suffix('.new')
        partial.write_text(json.dumps(knobs))
        partial.replace(path)

    # -- inside

    def _process(self) -> processes.ManagedProcess:
        return processes.ManagedProcess(
            self.name, [], pid_file=self.pid_file, log=self.log, env={}
        )

    def _host(self, *action: str) -> None:
        started = time.monotonic()
        done = subprocess.run(
            [*self._command(), *action],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise LabError(
                f'{self.name}: "{" ".join(action)}" failed after '
                f'{time.monotonic() - started:.1f} s: {done.stderr.strip()}'
            )

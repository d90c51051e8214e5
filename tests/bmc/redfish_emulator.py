# SPDX-License-Identifier: Apache-2.0
"""sushy-tools' Redfish emulator with fake systems, as it is started by hand.

Its machines take one to eleven seconds to go off, as it pleases.
"""

import json
import pathlib
import socket
import sys

import bcrypt

from tests.bmc import faulty_redfish
from tests.lab.errors import LabError
from tests.lab.processes import ManagedProcess
from tests.lab.processes import tail
from tests.lab.waiting import wait_until

USER = faulty_redfish.USER
PASSWORD = faulty_redfish.PASSWORD

_CONFIG = """\
SUSHY_EMULATOR_LISTEN_IP = '127.0.0.1'
SUSHY_EMULATOR_LISTEN_PORT = {port}
SUSHY_EMULATOR_FAKE_DRIVER = True
SUSHY_EMULATOR_STATE_DIR = {directory!r}
SUSHY_EMULATOR_AUTH_FILE = {passwords!r}
SUSHY_EMULATOR_FAKE_SYSTEMS = {systems}
"""


class RedfishEmulator:
    """One emulator: a process with a directory of its own.

    :param power: of each system by its uuid, ``On`` or ``Off``.
    """

    def __init__(
        self, directory: pathlib.Path, port: int, power: dict[str, str]
    ) -> None:
        self.directory = directory
        self.port = port
        self._power = power
        self._process = ManagedProcess(
            'Redfish emulator',
            [
                str(pathlib.Path(sys.executable).with_name('sushy-emulator')),
                *('--config', str(directory / 'emulator.conf')),
            ],
            pid_file=directory / 'emulator.pid',
            log=directory / 'emulator.log',
            env={'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8'},
            cwd=directory,
        )

    def start(self, timeout: float = 30.0) -> None:
        """Start it and wait until it answers.

        :raises LabError: it ended at once.
        """
        self._write()
        self._process.start()
        wait_until(
            lambda: self._answers() or self._process.pid() is None,
            timeout,
            f'the Redfish emulator on port {self.port}',
            interval=0.05,
        )
        if self._process.pid() is None:
            raise LabError(f'it ended:\n{tail(self._process.log)}')

    def stop(self) -> None:
        """End it."""
        self._process.stop()

    def parameters(self, **changes: object) -> dict[str, object]:
        """Return what the hosts file would say of it, defaults included."""
        return {
            'address': '127.0.0.1',
            'port': self.port,
            'user': USER,
            'password': PASSWORD,
            'scheme': 'http',
            'verify_ca': True,
            'auth': 'basic',
            **changes,
        }

    def _write(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        passwords = self.directory / 'passwords'
        passwords.write_text(f'{USER}:{hashed}\n')
        systems = [
            {'uuid': uuid, 'name': f's{n}', 'power_state': power, 'nics': []}
            for n, (uuid, power) in enumerate(self._power.items())
        ]
        (self.directory / 'emulator.conf').write_text(
            _CONFIG.format(
                port=self.port,
                directory=str(self.directory / 'state'),
                passwords=str(passwords),
                systems=json.dumps(systems),
            )
        )

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(('127.0.0.1', self.port)) == 0

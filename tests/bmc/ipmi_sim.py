# SPDX-License-Identifier: Apache-2.0
"""A BMC that speaks real IPMI over LAN: OpenIPMI's ipmi_sim, one a machine.

ipmi_sim is an implementation of IPMI 2.0 of its own, so what talks to it has
not been tested against its own mirror image. What its power switch does is a
program's business (``chassis_command``); :func:`file_chassis` gives one that
keeps the power state in a file.

ipmitool needs ``-I lanplus -C 3`` with it.
"""

from collections.abc import Sequence
import pathlib
import shutil
import socket

from tests.lab.errors import LabError
from tests.lab.processes import ManagedProcess
from tests.lab.processes import tail
from tests.lab.waiting import DeadlinePassed
from tests.lab.waiting import wait_until

# An RMCP/ASF "presence ping", which a BMC answers without a login.
_PING = bytes.fromhex('06 00 ff 06 00 00 11 be 80 00 00 00')

_LAN = """\
name "{name}"
set_working_mc 0x20
  startlan 1
    addr {address} {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "{command}"
  user 1 true "" "" user 10 none md2 md5 straight
  user 2 true "{user}" "{password}" admin 10 none md2 md5 straight
"""

_EMULATION = """\
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""


class IpmiSim:
    """One simulated BMC: a process with a directory of its own."""

    def __init__(
        self,
        name: str,
        directory: pathlib.Path,
        address: str,
        port: int,
        user: str,
        password: str,
        chassis_command: Sequence[str],
        log: pathlib.Path | None = None,
        pid_file: pathlib.Path | None = None,
    ) -> None:
        """Describe a BMC; nothing is started or written yet.

        :param directory: for its configuration and state; made if missing.
        :param port: UDP port on ``address``.
        :param chassis_command: what is called with ``get power``,
            ``set power 0`` and so on behind it; words without spaces.
        """
        self.name = name
        self.directory = directory
        self.address = address
        self.port = port
        self.user = user
        self.password = password
        self.chassis_command = list(chassis_command)
        self._process = ManagedProcess(
            f'BMC {name}',
            [
                shutil.which('ipmi_sim') or '/usr/bin/ipmi_sim',
                *('-c', str(directory / 'lan.conf')),
                *('-f', str(directory / 'bmc.emu')),
                *('-s', str(directory)),
                '-n',
            ],
            pid_file=pid_file or directory / 'ipmi_sim.pid',
            log=log or directory / 'ipmi_sim.log',
            env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LANG': 'C.UTF-8'},
            cwd=directory,
        )

    @property
    def log(self) -> pathlib.Path:
        return self._process.log

    def pid(self) -> int | None:
        """The pid of the simulator, or None if it does not run."""
        return self._process.pid()

    def prepare(self) -> None:
        """Write the configuration."""
        self.directory.mkdir(parents=True, exist_ok=True)
        lan = self.directory / 'lan.conf'
        lan.touch(mode=0o600)
        lan.write_text(
            _LAN.format(
                name=self.name,
                address=self.address,
                port=self.port,
                command=' '.join(self.chassis_command),
                user=self.user,
                password=self.password,
            )
        )
        (self.directory / 'bmc.emu').write_text(_EMULATION)

    def launch(self) -> None:
        """Start the simulator without waiting for it.

        :raises LabError: it runs already, or its port is taken.
        """
        self.prepare()
        if self.pid() is None:
            self._require_free_port()
        self._process.start()

    def start(self, timeout: float = 10.0) -> None:
        """Start the simulator and wait until it answers.

        :raises LabError: it did not start.
        """
        self.launch()
        try:
            wait_until(
                lambda: self.answers() or self.pid() is None,
                timeout,
                f'the BMC {self.name} on {self.address}:{self.port}',
                interval=0.02,
            )
        except DeadlinePassed as error:
            raise LabError(f'{error}\n{tail(self.log)}') from None
        if self.pid() is None:
            raise LabError(f'BMC {self.name} ended:\n{tail(self.log)}')

    def stop(self) -> None:
        """End the simulator; what it controls stays as it is."""
        self._process.stop()

    def answers(self, timeout: float = 0.2) -> bool:
        """Whether the BMC answers a presence ping."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(timeout)
            try:
                probe.connect((self.address, self.port))
                probe.send(_PING)
                return bool(probe.recv(64))
            except OSError:
                return False

    def _require_free_port(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((self.address, self.port))
            except OSError as error:
                raise LabError(
                    f'BMC {self.name} needs UDP port {self.port} on '
                    f'{self.address}: {error.strerror}'
                ) from None


def file_chassis(directory: pathlib.Path, power: str = 'on') -> list[str]:
    """A machine that is no more than a file with its power state.

    :param directory: the file ``power`` in it says ``on`` or ``off``.
    :return: a ``chassis_command``.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / 'power').write_text(f'{power}\n')
    program = pathlib.Path(__file__).with_name('chassis')
    return ['/bin/sh', str(program), str(directory)]

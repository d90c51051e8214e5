# SPDX-License-Identifier: Apache-2.0
"""nova-ha-fencer itself, configured for the hosts of the lab.

It runs in the environment of whoever uses the lab, not in the cloud's.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import json
import pathlib
import socket
import subprocess
import sys
import types

from tests.lab import processes
from tests.lab import templating
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.services.base import Service


class Fencer(Service):
    """One controller's fencer; several may run beside one another."""

    #: Who may use its socket.
    socket_group = 'root'
    allowed_users = 'root'
    #: What its rules file says. The lab's instances are made from an image,
    #: and its guests are nowhere but in nova: nothing is lost with a host.
    rules: Mapping[str, object] = types.MappingProxyType(
        {
            'rules': [
                {
                    'name': 'the lab',
                    'reason': 'its guests have no disks',
                    'set': {'storage': 'shared'},
                }
            ]
        }
    )
    #: Names of the hosts that its hosts file calls reserved: spares.
    reserved: Collection[str] = ()
    #: Where it logs besides its standard error; '' is nowhere.
    log_file = ''

    def __init__(
        self,
        lab: LabConfig,
        hosts: Iterable[ComputeHost],
        name: str = 'nova-ha-fencer',
        options: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Describe a fencer; prepare, synchronise and start make it run.

        :param name: of the service, and of the controller.
        :param options: further options by group, for nova-ha.conf.
        """
        super().__init__(lab)
        self.name = name
        self.hosts = list(hosts)
        self.options = options or {}
        self.directory = lab.state / name
        self.config_file = lab.etc / name / 'nova-ha.conf'
        self.hosts_file = lab.etc / name / 'hosts.yaml'
        self.rules_file = lab.etc / name / 'rules.yaml'

    @property
    def socket(self) -> pathlib.Path:
        """Where it can be talked to from here."""
        return pathlib.Path(self.configured_socket)

    @property
    def configured_socket(self) -> str:
        """Where it is told to have its socket."""
        return str(self.lab.run / f'{self.name}.sock')

    def prepare(self) -> None:
        """Write nova-ha.conf, hosts.yaml and rules.yaml.

        :raises LabError: nova-ha is not installed in this environment.
        """
        if not pathlib.Path(self.argv()[0]).exists():
            raise LabError(
                f'nova-ha is not installed beside {sys.executable}: there is '
                f'no {self.argv()[0]}'
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        self.lab.run.mkdir(parents=True, exist_ok=True)
        text = templating.render(
            'nova-ha.conf',
            name=self.name,
            directory=self.directory,
            hosts_file=self.hosts_file,
            rules_file=self.rules_file,
            socket=self.configured_socket,
            socket_group=self.socket_group,
            allowed_users=self.allowed_users,
            log_file=self.log_file,
            user=self.lab.service_user,
            more=self._more(),
            **templating.common(self.lab),
        )
        templating.write(self.config_file, text)
        # JSON is YAML, and needs no library to write.
        templating.write(self.hosts_file, json.dumps(self._hosts(), indent=2))
        templating.write(
            self.rules_file, json.dumps(dict(self.rules), indent=2)
        )

    def synchronise(self) -> None:
        """Bring the fencer's store to the schema of its code."""
        self.manage('db', 'sync')

    def manage(self, *arguments: str) -> str:
        """Run nova-ha-manage with this fencer's configuration; its output.

        :raises LabError: it failed.
        """
        command = [
            self._program('nova-ha-manage'),
            *('--config-file', str(self.config_file)),
            *arguments,
        ]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=self._environment(),
        )
        if done.returncode:
            raise LabError(
                f'nova-ha-manage {" ".join(arguments)} failed with code '
                f'{done.returncode}:\n{done.stdout}{done.stderr}'
            )
        return done.stdout

    def argv(self) -> list[str]:
        return [
            self._program('nova-ha-fencer'),
            *('--config-file', str(self.config_file)),
        ]

    def ready(self) -> bool:
        """Whether it accepts connections on its socket."""
        if not self.running():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return True

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def log_tail(self, lines: int = 40) -> str:
        """The end of its log."""
        return processes.tail(self.log, lines)

    def _environment(self) -> dict[str, str]:
        environment = super()._environment()
        programs = pathlib.Path(sys.executable).parent
        environment['PATH'] = f'{programs}:{environment["PATH"]}'
        return environment

    @staticmethod
    def _program(name: str) -> str:
        return str(pathlib.Path(sys.executable).parent / name)

    def _more(self) -> str:
        lines = []
        for group, options in self.options.items():
            lines.append(f'[{group}]')
            lines.extend(f'{name} = {options[name]}' for name in options)
        return '\n'.join(lines)

    def _hosts(self) -> dict[str, object]:
        return {
            'defaults': {
                'power': {
                    'driver': 'ipmi',
                    'user': self.lab.bmc_user,
                    'password': self.lab.bmc_password,
                }
            },
            'hosts': [
                {
                    'name': host.name,
                    'reserved': host.name in self.reserved,
                    'power': {
                        'address': host.bmc.address,
                        'port': host.bmc.port,
                    },
                }
                for host in self.hosts
            ],
        }

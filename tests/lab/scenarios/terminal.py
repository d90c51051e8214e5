# SPDX-License-Identifier: Apache-2.0
"""An operator's terminal on a controller: command lines, as they are typed."""

from collections.abc import Mapping
import pathlib
import shutil
import sys
from types import MappingProxyType

from tests.lab.config import REGION
from tests.lab.scenarios import guides
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.services import base
from tests.lab.services import nova

TIMEOUT = 120.0
"""Seconds that a command may take."""

YES = 'y\n'
"""What the operator answers where a program asks whether he is sure."""


class Terminal:
    """Runs the lines of the guides in a shell on the first controller.

    :ivar played: those that were, as the guides have them.
    :ivar directory: the operator's working directory.
    """

    def __init__(self, play: Play) -> None:
        """Open it.

        :raises Skip: there is no openstack client beside this Python.
        """
        client = shutil.which(
            'openstack', path=str(pathlib.Path(sys.executable).parent)
        )
        if client is None:
            raise Skip(
                'needs python-openstackclient in the environment that the '
                'lab runs in'
            )
        self.played: list[str] = []
        self.directory = play.lab.config.state / 'operator'
        self._play = play
        self._machine = play.stack.controllers[0].machine
        programs = self.directory / 'bin'
        programs.mkdir(parents=True, exist_ok=True)
        link = programs / 'openstack'
        link.unlink(missing_ok=True)
        link.symlink_to(client)
        self._install_nova_manage(programs / 'nova-manage')

    def _install_nova_manage(self, path: pathlib.Path) -> None:
        """Of the cloud's nova, which is configured where the lab has it."""
        lab = self._play.lab.config
        path.write_text(
            f'#!/bin/sh\nexec {lab.cloud}/bin/nova-manage '
            f'--config-file {nova.common_file(lab)} '
            f'--config-file {nova.control_file(lab)} "$@"\n'
        )
        path.chmod(0o755)

    def run(
        self,
        line: str,
        instead: Mapping[str, str] = MappingProxyType({}),
        code: int = 0,
    ) -> str:
        """Run a line of the guides; its output, errors as well.

        :param instead: what is typed for the words of the line that stand
            for something of the reader's, such as HOST.
        :param code: the exit code that it has to have.
        :raises UnmetError: it had another one, or no guide has the line.
        """
        named = guides.all_named()
        self._play.require(
            line in guides.all_shown()
            or any(line.startswith(each) for each in named),
            f'the guides have the line {line}',
        )
        self.played.append(line)
        typed = line
        for word, meant in instead.items():
            typed = typed.replace(word, meant)
        done = self._machine.run(
            *('env', '-', *self._environment()),
            *('sh', '-c', f'cd {self.directory} && {typed}'),
            text=YES,
            timeout=TIMEOUT,
        )
        output = done.stdout + done.stderr
        self._play.say(f'$ {typed}')
        self._play.say(f'  exit code {done.returncode}')
        with (self.directory / 'typed.txt').open('a') as stream:
            stream.write(f'$ {typed}\n{output}[{done.returncode}]\n\n')
        self._play.require(
            done.returncode == code,
            f'{typed} ends with {code}; it ended with {done.returncode}: '
            f'{output}',
        )
        return output

    def _environment(self) -> list[str]:
        """What a file of credentials says, and where programs are."""
        lab = self._play.lab.config
        variables = {
            'PATH': f'{self.directory}/bin:{base.SYSTEM_PATH}',
            'HOME': str(self.directory),
            'LANG': 'C.UTF-8',
            'OS_AUTH_URL': lab.keystone_url,
            'OS_USERNAME': 'admin',
            'OS_PASSWORD': lab.password,
            'OS_PROJECT_NAME': 'admin',
            'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default',
            'OS_REGION_NAME': REGION,
            'OS_IDENTITY_API_VERSION': '3',
        }
        return [f'{name}={value}' for name, value in variables.items()]

    def require_all_played(self) -> None:
        """Nothing that the guides have was left out."""
        left = guides.left_out(self.played)
        self._play.require(not left, f'all lines are played, but for {left}')
        self._play.say(f'{len(self.played)} lines of the guides were typed')

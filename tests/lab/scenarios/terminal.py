# SPDX-License-Identifier: Apache-2.0
"""An operator's terminal on a controller: command lines, as they are typed."""

from collections.abc import Mapping
import pathlib
import shutil
import sys
from types import MappingProxyType

from tests.lab.config import LabConfig
from tests.lab.config import REGION
from tests.lab.pacemaker.machine import Machine
from tests.lab.scenarios import guides
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.play import UnmetError
from tests.lab.services import base
from tests.lab.services import nova
from tests.lab.walkthrough import pages

TIMEOUT = 120.0
"""Seconds that a command may take."""

YES = 'y\n'
"""What the operator answers where a program asks whether he is sure."""

_EXPORT = 'export '


class Terminal:
    """Runs the lines of the documentation in a shell on the first controller.

    :ivar played: those of the guides that were, as the guides have them.
    :ivar typed: (page, line) of those that were typed from a page.
    :ivar directory: the operator's working directory.
    """

    def __init__(
        self,
        play: Play,
        environment: pathlib.Path | None = None,
        login: Mapping[str, str] | None = None,
        directory: pathlib.Path | None = None,
    ) -> None:
        """Open it.

        :param environment: a virtual environment that is active there, with
            an ``openstack``; the one beside this Python is used if not given.
        :param login: the variables by which the client logs in, if not as a
            file of credentials has them.
        :param directory: where the operator works, if not in one of his own.
        :raises Skip: there is no openstack client beside this Python.
        """
        lab = play.lab.config
        self.played: list[str] = []
        self.typed: list[tuple[str, str]] = []
        self.directory = directory or lab.state / 'operator'
        self._play = play
        self._machine = play.stack.controllers[0].machine
        self._login = credentials(lab) if login is None else login
        self._exports: list[str] = []
        self._home = lab.state / 'operator'
        self._path = f'{self._home}/bin:{base.SYSTEM_PATH}'
        self._install(self._home / 'bin')
        if environment:
            self._path = f'{environment}/bin:{self._path}'

    def _install(self, programs: pathlib.Path) -> None:
        """What is not in the machine's usual places."""
        programs.mkdir(parents=True, exist_ok=True)
        link = programs / 'openstack'
        link.unlink(missing_ok=True)
        link.symlink_to(_client())
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
        return self._enter(line, instead, code, self._machine)

    def type(
        self,
        page: str,
        line: str,
        instead: Mapping[str, str] = MappingProxyType({}),
        code: int = 0,
        machine: Machine | None = None,
    ) -> str:
        """Run a line of any page; see :meth:`run`.

        :param page: its name below doc/source, such as admin/store.
        :param machine: where, if not on the controller.
        """
        self._play.require(
            line in pages.lines(page), f'{page} has the line {line}'
        )
        self.typed.append((page, line))
        return self._enter(line, instead, code, machine or self._machine)

    def _enter(
        self,
        line: str,
        instead: Mapping[str, str],
        code: int,
        machine: Machine,
    ) -> str:
        typed = line
        for word, meant in instead.items():
            typed = typed.replace(word, meant)
        if typed.startswith(_EXPORT):
            self._exports.append(typed)
        done = machine.run(
            *('env', '-', *self._environment()),
            *('sh', '-c', ' && '.join(self._script(typed))),
            text=YES,
            timeout=TIMEOUT,
        )
        output = done.stdout + done.stderr
        self._play.say(f'$ {typed}')
        self._play.say(f'  exit code {done.returncode}')
        with (self._home / 'typed.txt').open('a') as stream:
            stream.write(f'$ {typed}\n{output}[{done.returncode}]\n\n')
        self._play.require(
            done.returncode == code,
            f'{typed} ends with {code}; it ended with {done.returncode}: '
            f'{output}',
        )
        return output

    def _script(self, typed: str) -> list[str]:
        """As in one shell: what was exported before still is."""
        before = [each for each in self._exports if each != typed]
        return [f'cd {self.directory}', *before, typed]

    def _environment(self) -> list[str]:
        """How to log in, and where programs are."""
        variables = {
            'PATH': self._path,
            'HOME': str(self._home),
            'LANG': 'C.UTF-8',
            **self._login,
        }
        return [f'{name}={value}' for name, value in variables.items()]

    def require_all_played(self) -> None:
        """Nothing that the guides have was left out."""
        left = guides.left_out(self.played)
        self._play.require(not left, f'all lines are played, but for {left}')
        self._play.say(f'{len(self.played)} lines of the guides were typed')


def credentials(lab: LabConfig) -> dict[str, str]:
    """What the administrator's file of credentials says."""
    return {
        'OS_AUTH_URL': lab.keystone_url,
        'OS_USERNAME': 'admin',
        'OS_PASSWORD': lab.password,
        'OS_PROJECT_NAME': 'admin',
        'OS_USER_DOMAIN_ID': 'default',
        'OS_PROJECT_DOMAIN_ID': 'default',
        'OS_REGION_NAME': REGION,
        'OS_IDENTITY_API_VERSION': '3',
    }


def row(table: str, word: str) -> list[str]:
    """The cells of the first line of a table with this word in one of them.

    :raises UnmetError: there is no such line.
    """
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if word in cells:
            return cells
    raise UnmetError(f'{word} is not in the table:\n{table}')


def _client() -> str:
    """Where the client is that was installed beside nova-ha.

    :raises Skip: there is none.
    """
    client = shutil.which(
        'openstack', path=str(pathlib.Path(sys.executable).parent)
    )
    if client is None:
        raise Skip(
            'needs python-openstackclient in the environment that the lab '
            'runs in'
        )
    return client

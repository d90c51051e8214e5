# SPDX-License-Identifier: Apache-2.0
"""A controller as its operator finds it: an empty disk, and a shell.

What a lab installs on its controllers is laid over the machine below, to be
read only. Here one more layer is laid over that, in the controller's own
namespace of mounts, and can be written; Pacemaker there sees it as well. It
is gone when the operator leaves.
"""

from collections.abc import Mapping
import os
import pathlib
import shutil
import subprocess
import types

from tests.lab.errors import LabError
from tests.lab.scenarios.play import Play
from tests.lab.services import base

TOPS = ('etc', 'usr', 'opt', 'var/lib')
"""Directories that the documentation has something installed into."""

TIMEOUT = 900.0
"""Seconds for a command, such as an installation of packages."""

NO_FACTS: Mapping[str, str] = types.MappingProxyType({})

#: $1 is where the layer is kept. A layer is made ready with what is mounted
#: below the directory and then put there at once: Pacemaker goes on writing
#: in its own.
_LAY = """
set -eu
for top in etc usr opt var/lib; do
    upper=$1/$top/upper work=$1/$top/work new=/run/lab-new/$top
    mkdir -p "$upper" "$work" "$new"
    mount -t overlay overlay \\
        -o "lowerdir=/$top,upperdir=$upper,workdir=$work" "$new"
    for below in pacemaker corosync; do
        if [ "$top" = var/lib ] && [ -d "/$top/$below" ]; then
            mount --bind "/$top/$below" "$new/$below"
        fi
    done
    mount --rbind "$new" "/$top"
    umount -l "$new"
done
mount --bind /run/lab-base "$2"
: >/run/operator-layer
"""
#: What the lab has installed there is not there for the operator.
_CLEAR = """
rm -rf /etc/nova-ha /opt/nova-ha /var/lib/nova-ha /run/nova-ha \\
    /var/log/nova-ha /usr/lib/ocf/resource.d/nova-ha \\
    /usr/sbin/fence_nova_ha /usr/bin/nova-ha-*
"""
_LIFT = """
if ! [ -e /run/operator-layer ]; then exit 0; fi
rm /run/operator-layer
umount -l "$1"
for top in etc usr opt var/lib; do umount -l "/$top"; done
"""


class Premises:
    """The first controller, for as long as the operator is there."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._machine = play.stack.controllers[0].machine
        #: What was installed, as it is seen from outside.
        self.directory = self._machine.directory / 'operator'
        #: All that is typed, with all that is printed: to look things up.
        self.typed = self._machine.directory / 'typed.txt'
        self.home = '/run/operator'

    def enter(self) -> None:
        """Lay the layer over, and clear it.

        :raises LabError: the kernel will not: overlays cannot be stacked
            further where / is one already.
        """
        self.directory.mkdir(parents=True)
        self.typed.unlink(missing_ok=True)
        lab = self._play.lab.config
        self.root(_LAY, '/run/lab/operator', str(lab.base))
        self.root(_CLEAR + f'mkdir -p {self.home}')

    def leave(self) -> None:
        """Take it off again; what the lab has is there as before."""
        self.root(_LIFT, str(self._play.lab.config.base))
        shutil.rmtree(self.directory, ignore_errors=True)

    def root(self, script: str, *arguments: str) -> None:
        """Do what is no part of the story.

        :raises LabError: it failed.
        """
        done = self._machine.run('sh', '-c', script, 'sh', *arguments)
        if done.returncode:
            raise LabError(f'{self._machine.name}: {done.stderr.strip()}')

    def write(self, path: str, content: str, mode: int = 0o640) -> None:
        """Write a file as an editor would."""
        target = self._machine.inside(path)
        assert target is not None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding='utf-8')
        target.chmod(mode)

    def read(self, path: str) -> str:
        """A file that is there."""
        target = self._machine.inside(path)
        assert target is not None
        return target.read_text(encoding='utf-8')

    def command(
        self, typed: str, variables: Mapping[str, str] = NO_FACTS
    ) -> list[str]:
        """The command line, for here, of a line typed in a shell there."""
        environment = {
            'PATH': base.SYSTEM_PATH,
            'HOME': self.home,
            'LANG': 'C.UTF-8',
            **variables,
        }
        return self._machine.command(
            *('run', 'env', '-'),
            *(f'{name}={value}' for name, value in environment.items()),
            *('bash', '-c', f'cd {self.home} && {typed}'),
        )

    def online(self, typed: str) -> 'subprocess.CompletedProcess[str]':
        """The same with a way to the Internet, which the lab has not.

        With what this process was told of package indexes.
        """
        init = self._machine.init()
        network = self._play.stack.network
        variables = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(('PIP_', 'UV_')) or name.endswith('_proxy')
        }
        network.leave()
        try:
            return subprocess.run(
                [
                    *('nsenter', '-t', str(init), '-m', '--wd=/'),
                    *('bash', '-c', f'cd {self.home} && {typed}'),
                ],
                env={
                    'PATH': base.SYSTEM_PATH,
                    'HOME': str(pathlib.Path.home()),
                    'LANG': 'C.UTF-8',
                    **variables,
                },
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT,
            )
        finally:
            network.enter()

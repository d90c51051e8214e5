# SPDX-License-Identifier: Apache-2.0
"""pacemaker_remoted, which cannot be installed beside pacemaker.

Debian's packages of the two conflict, though their files do not: the lab
unpacks the second in its own directory, in the version of the first.
"""

import pathlib
import shutil
import subprocess

from tests.lab import config
from tests.lab.errors import LabError

PACKAGE = 'pacemaker-remote'
_PROGRAM = 'usr/sbin/pacemaker-remoted'


def program(lab: config.LabConfig) -> pathlib.Path:
    """Where the program is, or will be."""
    installed = shutil.which('pacemaker-remoted')
    return pathlib.Path(installed or lab.base / 'packages' / _PROGRAM)


def install(lab: config.LabConfig) -> None:
    """Fetch and unpack it, unless it is there.

    :raises LabError: it cannot be had; with what apt-get said.
    """
    target = program(lab)
    if target.exists():
        return
    packages = lab.base / 'packages'
    packages.mkdir(parents=True, exist_ok=True)
    version = _run(
        packages, 'dpkg-query', '-W', '-f', '${Version}', 'pacemaker'
    )
    _run(packages, 'apt-get', 'download', f'{PACKAGE}={version}')
    for package in packages.glob(f'{PACKAGE}_*.deb'):
        _run(packages, 'dpkg', '-x', str(package), str(packages))
        package.unlink()
    if not target.exists():
        raise LabError(f'{PACKAGE} {version} holds no {_PROGRAM}')


def _run(directory: pathlib.Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=directory, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LabError(
            f'the lab needs {PACKAGE} in the version of the pacemaker that is '
            f'installed, and "{" ".join(command)}" failed:\n'
            f'{done.stderr.strip()}\n'
            'Run apt-get update, or install what is missing and try again.'
        )
    return done.stdout.strip()

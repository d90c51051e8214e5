# SPDX-License-Identifier: Apache-2.0
"""The virtualenvs in which the lab's OpenStack services live."""

from collections.abc import Mapping
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from tests.lab import config
from tests.lab import processes
from tests.lab.errors import LabError
from tests.lab.progress import Progress

REQUIREMENTS = config.PACKAGE / 'cloud-constraints.txt'

#: Programs the lab runs that come from the system, and their package.
PROGRAMS = {
    '/usr/sbin/mariadbd': 'mariadb-server',
    'mariadb-install-db': 'mariadb-server',
    '/usr/lib/rabbitmq/bin/rabbitmq-server': 'rabbitmq-server',
    'epmd': 'rabbitmq-server',
    'memcached': 'memcached',
    'ipmi_sim': 'openipmi',
    'ipmitool': 'ipmitool',
    'flock': 'util-linux',
    'setsid': 'util-linux',
}


def require_programs() -> None:
    """Make sure that the system has what the lab runs.

    :raises LabError: says which packages to install.
    """
    if os.geteuid() != 0:
        raise LabError('the lab needs root')
    require(PROGRAMS)


def require(programs: Mapping[str, str]) -> None:
    """Make sure that these programs (or directories) are installed.

    :param programs: their packages by name or path.
    :raises LabError: says which packages to install.
    """
    missing = {
        package
        for program, package in programs.items()
        if not shutil.which(program) and not pathlib.Path(program).is_dir()
    }
    if missing:
        raise LabError(
            'the lab needs programs that are not installed; run:\n'
            '  apt-get install --no-install-recommends '
            + ' '.join(sorted(missing))
        )


def install_cloud(lab: config.LabConfig, progress: Progress) -> None:
    """Make the virtualenv, unless it is there and of these versions.

    :raises LabError: with the end of the installer's output.
    """
    make_environment(
        lab.cloud, REQUIREMENTS, lab.log / 'install.log', progress
    )


def make_environment(
    directory: pathlib.Path,
    requirements: pathlib.Path,
    log: pathlib.Path,
    progress: Progress,
) -> None:
    """Make a virtualenv with these packages, unless it is there.

    :raises LabError: with the end of the installer's output.
    """
    stamp = directory / 'installed'
    wanted = fingerprint(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(directory, ignore_errors=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with progress.step(f'making a virtualenv for the {directory.name}'):
        _run(log, sys.executable, '-m', 'venv', str(directory))
    with progress.step('installing OpenStack into it'):
        _install(directory / 'bin', requirements, log)
    with progress.step('compiling OpenStack'):
        _compile(directory, log)
    stamp.write_text(wanted)


def fingerprint(requirements: pathlib.Path = REQUIREMENTS) -> str:
    """Changes when the virtualenv has to be made anew."""
    text = f'{sys.version}\n{requirements.read_text()}'
    return hashlib.sha256(text.encode()).hexdigest()


def _install(
    programs: pathlib.Path, requirements: pathlib.Path, log: pathlib.Path
) -> None:
    """With uv, which is quick; with pip where uv cannot."""
    python = str(programs / 'python')
    packages = ('-r', str(requirements))
    try:
        _run(log, python, '-m', 'pip', 'install', 'uv')
        uv = (str(programs / 'uv'), 'pip', 'install', '--python', python)
        _run(log, *uv, *packages)
    except LabError:
        # Most likely an index that only pip has been told of.
        _run(log, python, '-m', 'pip', 'install', '--no-compile', *packages)


def _compile(directory: pathlib.Path, log: pathlib.Path) -> None:
    """Compile once here rather than in each of a dozen processes.

    A few files of some packages are not meant to compile; that is no error.
    """
    _run(
        log,
        *(str(directory / 'bin' / 'python'), '-m', 'compileall', '-q', '-j0'),
        str(directory / 'lib'),
        check=False,
    )


def _run(log: pathlib.Path, *command: str, check: bool = True) -> None:
    with log.open('ab') as stream:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            check=False,
        )
    if check and done.returncode:
        raise LabError(
            f'{" ".join(command[:5])} ... failed; the end of {log}:\n'
            + processes.tail(log)
        )

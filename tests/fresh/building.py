# SPDX-License-Identifier: Apache-2.0
"""What the fresh machines begin with, and what they will ask for.

It is made once: a root of Debian 12 as debootstrap leaves it, the
distribution's packages that the guides install, and wheels of this tree and
of what it requires. Packages come from where the machine we run on gets its
own; the machines themselves have no way out.
"""

import pathlib
import shutil
import subprocess
import sys

from tests.fresh.place import Place
from tests.lab.config import PROJECT
from tests.lab.errors import LabError

RELEASE = 'bookworm'

#: Beyond the smallest: what any server has.
_SERVER = (
    *('systemd', 'systemd-sysv', 'dbus', 'libpam-systemd', 'ca-certificates'),
    *('iproute2', 'less', 'sudo', 'curl', 'logrotate'),
)

#: What the machines install, each group for itself: pacemaker-remote
#: conflicts with pacemaker.
_PACKAGES = (
    (
        *('python3-venv', 'pacemaker', 'pacemaker-cli-utils', 'pcs'),
        *('fence-agents', 'mariadb-server', 'postgresql', 'sqlite3'),
        *('firewalld', 'dnf', 'crmsh', 'ipmitool'),
    ),
    ('pacemaker-remote',),
)

#: Of apt's settings, what says where packages are; not those that clean up.
_APT = ('sources.list', 'sources.list.d', 'auth.conf.d', 'apt.conf.d')


def build(where: Place) -> None:
    """Make what is not there yet.

    :raises LabError: a program failed; what it said is on the terminal.
    """
    where.directory.mkdir(parents=True, exist_ok=True)
    if not where.base.exists():
        unfinished = where.directory / 'base.new'
        shutil.rmtree(unfinished, ignore_errors=True)
        _root(unfinished)
        unfinished.rename(where.base)
    _wheels(where.wheels)


def _root(root: pathlib.Path) -> None:
    _run(
        *('debootstrap', '--variant=minbase'),
        f'--include={",".join(_SERVER)}',
        *(RELEASE, str(root), _mirror()),
    )
    for name in _APT:
        _copy(pathlib.Path('/etc/apt') / name, root / 'etc/apt' / name)
    resolv = root / 'etc/resolv.conf'
    resolv.unlink(missing_ok=True)
    shutil.copy('/etc/resolv.conf', resolv)
    apt = ('chroot', str(root), 'apt-get', '-q')
    _run(*apt, 'update')
    for packages in _PACKAGES:
        _run(*apt, 'install', '--yes', '--download-only', *packages)
    resolv.write_text('')


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    if source.is_dir():
        ignored = shutil.ignore_patterns('docker-*', '*.disabled*')
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy(source, target)
    elif target.is_file():
        target.unlink()


def _mirror() -> str:
    """Where the machine that we run on gets its packages."""
    done = subprocess.run(
        ['apt-get', 'indextargets', '--format', '$(REPO_URI)'],
        capture_output=True,
        text=True,
        check=True,
    )
    return next(iter(done.stdout.split()), '')


def _wheels(directory: pathlib.Path) -> None:
    """Ours is built each time; what it requires is fetched once."""
    environment = directory.with_name('pip')
    if not environment.exists():
        _run(sys.executable, '-m', 'venv', str(environment))
    for old in directory.glob('nova_ha-*.whl'):
        old.unlink()
    python = str(environment / 'bin/python')
    pip = (python, '-m', 'pip', 'wheel', '-q', '-w', str(directory))
    constraints = ('-c', str(PROJECT / 'constraints.txt'))
    known = ('--find-links', str(directory))
    ours = f'nova-ha[mysql,postgresql,redfish] @ file://{PROJECT}'
    if any(directory.glob('*.whl')):
        _run(*pip, '--no-deps', *known, *constraints, f'file://{PROJECT}')
    else:
        _run(*pip, *constraints, ours)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise LabError(f'"{" ".join(command)}" failed')

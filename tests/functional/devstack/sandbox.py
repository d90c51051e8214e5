# SPDX-License-Identifier: Apache-2.0
"""A directory that stands for a machine on which DevStack is run.

What DevStack would write to the machine is written there: sources, virtual
environment, units, configuration. What it would ask of the machine is asked of
programs in ``bin``: ``sudo`` needs no root, ``systemctl`` really starts what
the units say, ``openstack``, ``apt-get``, ``usermod`` and ``ssh`` only write
down how they were called. The database is a real MariaDB.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile

from tests.functional import servers
from tests.functional.servers.process import free_port
from tests.functional.servers.process import free_ports

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
STACK = ('pre-install', 'install', 'post-config', 'extra', 'test-config')
RECORDED = ('openstack', 'apt-get', 'dnf', 'usermod', 'ssh')
PASSWORD = 'bmc-and-more-' + 'x' * 12
"""SERVICE_PASSWORD, longer than a BMC takes."""

#: Services of the first machine; stackrc has more that would be run here.
CONTROLLER = 'key,n-api,n-cpu,n-cond,n-sch,placement-api,g-api,mysql,rabbit'
PHASE_SECONDS = 300


class Sandbox:
    """One machine.

    :param devstack: the checkout of a DevStack, whose own library is used; or
        None, and the recorder is.
    """

    def __init__(self, devstack: pathlib.Path | None) -> None:
        # Short: a path of a socket has at most 107 characters.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='stack-'))
        self.dest = self.directory / 'dest'
        self.conf_dir = self.directory / 'etc'
        self.bmcs = self.directory / 'bmc'
        self.cib = self.directory / 'cib.xml'
        self.api_port = free_port()
        # The first of those of three BMCs.
        self.bmc_port = free_ports(3, socket.SOCK_DGRAM)
        self.output = ''
        self._devstack = devstack
        self._settings = ''
        self._copy_sources()
        self._make_programs()

    # -- what is there before

    def _copy_sources(self) -> None:
        """As git clone would, with what has not been committed yet."""
        listed = subprocess.run(
            ['git', 'ls-files', '-z', '-co', '--exclude-standard'],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for name in listed.decode().rstrip('\0').split('\0'):
            # Neither tests nor lab are installed.
            if name.startswith('tests/') or not (ROOT / name).exists():
                continue
            target = self.dest / 'nova-ha' / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        if self._devstack:
            shutil.copytree(
                self._devstack,
                self.directory / 'devstack',
                ignore=shutil.ignore_patterns('.git'),
            )

    def _make_programs(self) -> None:
        programs = self.directory / 'bin'
        programs.mkdir()
        for program in ('sudo', 'systemctl'):
            (programs / program).symlink_to(HERE / 'bin' / program)
        for program in RECORDED:
            (programs / program).symlink_to(HERE / 'bin' / 'record')
        requirements = self.dest / 'requirements'
        (requirements / '.venv/bin').mkdir(parents=True)
        (requirements / 'upper-constraints.txt').touch()
        (requirements / '.venv/bin/edit-constraints').symlink_to(
            HERE / 'bin' / 'record'
        )
        self.units.mkdir(parents=True)
        for name in ('data', 'run', 'sbin', 'links'):
            (self.directory / name).mkdir()
        # DevStack has made it before any plugin is called.
        (self.directory / 'data' / 'ca-bundle.pem').touch()

    def make_environment(self) -> None:
        """An empty virtual environment that sees what the tests have."""
        venv = self.dest / 'venv'
        subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
        packages = next(venv.glob('lib/python3*/site-packages'))
        # Those of the tests can build nova-ha.
        for old in packages.glob('setuptools*'):
            shutil.rmtree(old)
        (packages / 'tests.pth').write_text(sysconfig.get_path('purelib'))

    def settings(self, sample: str, *more: str) -> None:
        """Make localrc of a sample, and of what is special here."""
        text = (ROOT / 'devstack' / sample).read_text(encoding='utf-8')
        _, _, local = text.partition('[[local|localrc]]\n')
        lines = [
            f'DEST={self.dest}',
            f'DATA_DIR={self.directory}/data',
            f'DEVSTACK_VENV={self.dest}/venv',
            f'ENABLED_SERVICES={CONTROLLER}',
            local,
            *self._ours(),
            *more,
        ]
        self._settings = '\n'.join(lines) + '\n'
        place = 'devstack/.localrc.auto' if self._devstack else 'localrc'
        (self.directory / place).write_text(self._settings, encoding='utf-8')

    def _ours(self) -> list[str]:
        """What keeps DevStack inside the sandbox."""
        database = servers.mariadb()
        user = f'nova_ha:{database.password}'
        (self.directory / 'home/.my.cnf').write_text(
            f'[client]\nport = {database.port}\n', encoding='utf-8'
        )
        return [
            'HOST_IP=127.0.0.1',
            'SERVICE_HOST=127.0.0.1',
            f'SERVICE_PASSWORD={PASSWORD}',
            'STACK_USER=$(id -un)',
            'USER_UNITS=True',
            'MYSQL_HOST=127.0.0.1',
            'MYSQL_GATHER_PERFORMANCE=False',
            'DATABASE_USER=nova_ha',
            f'DATABASE_PASSWORD={database.password}',
            f'BASE_SQL_CONN=mysql+pymysql://{user}@127.0.0.1:{database.port}',
            f'NOVA_HA_SERVICE_PORT={self.api_port}',
            f'NOVA_HA_CONF_DIR={self.conf_dir}',
            f'NOVA_HA_STATE_PATH={self.directory}/state',
            f'NOVA_HA_BMC_PATH={self.bmcs}',
            f'NOVA_HA_RUN_DIR={self.directory}/run/nova-ha',
            f'NOVA_HA_TMPFILES={self.directory}/tmpfiles.conf',
            f'NOVA_HA_BMC_PORT={self.bmc_port}',
            f'NOVA_HA_COROSYNC_CONF={self.directory}/corosync.conf',
            f'NOVA_HA_CIB_DIR={self.directory}/cib',
            f'NOVA_HA_FENCE_AGENT={self.directory}/sbin/fence_nova_ha',
            f'NOVA_HA_OCF_DIR={self.directory}/ocf/nova-ha',
            f'NOVA_HA_LINK_DIR={self.directory}/links',
        ]

    # -- DevStack

    def stack(self, *phases: str) -> str:
        """Run phases of stack.sh, all of them by default."""
        return self._run('stack', *(phases or STACK))

    def unstack(self) -> str:
        return self._run('unstack')

    def clean(self) -> str:
        return self._run('clean')

    def _run(self, *arguments: str) -> str:
        done = self.run('bash', HERE / 'phases.sh', *arguments)
        self.output += done.stdout
        if done.returncode:
            raise AssertionError(
                f'{" ".join(arguments)}: {done.returncode}\n'
                f'{done.stdout[-6000:]}'
            )
        return done.stdout

    def run(self, *command, **more) -> subprocess.CompletedProcess:
        """Run something on this machine; stdout and stderr are one."""
        return subprocess.run(
            [str(word) for word in command],
            env=self.environment(),
            stdin=more.pop('stdin', subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=more.pop('stderr', subprocess.STDOUT),
            text=True,
            timeout=PHASE_SECONDS,
            check=False,
            **more,
        )

    def environment(self) -> dict[str, str]:
        devstack = self.directory / 'devstack'
        return {
            'HOME': str(self.directory / 'home'),
            'LANG': 'C.UTF-8',
            'PATH': f'{self.directory}/bin:{os.defpath}:/usr/sbin:/sbin',
            'SANDBOX': str(self.directory),
            'TERM': 'dumb',
            'CIB_file': str(self.cib),
            # What is missing is a mistake and not to be fetched.
            'PIP_NO_INDEX': '1',
            'PIP_DISABLE_PIP_VERSION_CHECK': '1',
            'PIP_NO_BUILD_ISOLATION': '0',  # pip's own way to say "none"
            'PBR_VERSION': '0.0.1',
            **({'TOP_DIR': str(devstack)} if self._devstack else {}),
        }

    # -- what came of it

    def calls(self, program: str) -> list[list[str]]:
        """How a program was called, without its name."""
        try:
            text = (self.directory / 'calls').read_text(encoding='utf-8')
        except FileNotFoundError:
            return []
        calls = [json.loads(line) for line in text.splitlines()]
        return [call[1:] for call in calls if call[0] == program]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run(
            self.dest / 'venv/bin/nova-ha-manage',
            *('--config-file', self.conf_dir / 'nova-ha.conf'),
            *arguments,
            stderr=subprocess.PIPE,
        )

    @property
    def socket(self) -> pathlib.Path:
        return self.directory / 'run/nova-ha/fencer.sock'

    @property
    def units(self) -> pathlib.Path:
        return self.directory / 'home/.local/share/systemd/user'

    def add_unit(self, name: str, *command: str) -> None:
        """A service of DevStack that is not ours, and runs."""
        words = ' '.join(command)
        (self.units / name).write_text(f'[Service]\nExecStart = {words}\n')
        self.run('systemctl', 'start', name)

    def runs(self, unit: str) -> bool:
        return self.run('systemctl', 'is-active', unit).returncode == 0

    def log(self, unit: str) -> str:
        file = self.directory / 'units' / f'{unit}.log'
        return file.read_text(errors='replace') if file.exists() else ''

    def processes(self) -> list[int]:
        """What was started in this sandbox and still runs."""
        mark = f'SANDBOX={self.directory}\0'.encode()
        found = []
        for process in pathlib.Path('/proc').glob('[0-9]*'):
            with contextlib.suppress(OSError):
                if mark in (process / 'environ').read_bytes():
                    found.append(int(process.name))
        return found

    def remove(self) -> None:
        """End and remove everything."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

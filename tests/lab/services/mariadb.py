# SPDX-License-Identifier: Apache-2.0
"""MariaDB, with a copy of its files once the schemas are in place."""

import os
import pathlib
import shutil
import subprocess

from tests.lab import templating
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.services.base import Service

DATABASES = (
    'keystone',
    'placement',
    'glance',
    'neutron',
    'nova_api',
    'nova',
    'nova_cell0',
    'nova_ha',
)


class MariaDB(Service):
    """mariadbd, run by root on a data directory of its own."""

    name = 'mariadb'

    def __init__(self, lab: LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.mariadb
        self.directory = lab.state / 'mariadb'
        self._tmpdir = lab.state / 'mariadb-tmp'

    @property
    def _defaults(self) -> pathlib.Path:
        return self.lab.etc / 'mariadb' / 'my.cnf'

    def argv(self) -> list[str]:
        return ['/usr/sbin/mariadbd', f'--defaults-file={self._defaults}']

    def prepare(self) -> None:
        self._tmpdir.mkdir(parents=True, exist_ok=True)
        values = templating.common(self.lab)
        templating.write(
            self._defaults,
            templating.render(
                'mariadb.conf',
                datadir=self.directory,
                tmpdir=self._tmpdir,
                port=self.port,
                **values,
            ),
        )
        templating.write(self.lab.etc / 'mariadb' / 'init.sql', self._sql())

    def empty(self, name: str) -> None:
        """Make a database without tables; one that is there, whoever uses it,
        is dropped.

        :raises LabError: with what the client said.
        """
        self._call(
            [
                *('mariadb', '--no-defaults', '--user=lab'),
                *(f'--host={self.lab.address}', f'--port={self.port}'),
                f'--execute=DROP DATABASE IF EXISTS {name}; {_create(name)}',
            ],
            MYSQL_PWD=self.lab.password,
        )

    def _sql(self) -> str:
        """Run at each start: makes the databases and their one user."""
        clients = '10.77.%' if self.lab.pacemaker else self.address
        user = f"lab@'{clients}'"
        password = self.lab.password
        lines = [
            f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{password}';",
            f'GRANT ALL ON *.* TO {user} WITH GRANT OPTION;',
            *map(_create, DATABASES),
        ]
        return '\n'.join(lines) + '\n'

    def initialise(self) -> None:
        """Make an empty data directory.

        :raises LabError: mariadb-install-db failed.
        """
        shutil.rmtree(self.directory, ignore_errors=True)
        self._call(
            [
                'mariadb-install-db',
                f'--defaults-file={self._defaults}',
                '--user=root',
                '--skip-test-db',
                '--skip-name-resolve',
                '--auth-root-authentication-method=socket',
                '--auth-root-socket-user=root',
            ]
        )

    @staticmethod
    def _call(command: list[str], **more: str) -> None:
        done = subprocess.run(
            command,
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LabError(
                f'mariadb: {command[0]} failed:\n'
                + (done.stdout + done.stderr)[-2000:]
            )

    def save(self, target: pathlib.Path) -> None:
        """Copy the data directory; mariadbd must be stopped."""
        partial = target.with_name(target.name + '.new')
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(self.directory, partial)
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)

    def restore(self, source: pathlib.Path) -> None:
        """Take a saved data directory as ours; mariadbd must be stopped."""
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(source, self.directory)


def _create(name: str) -> str:
    return f'CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4;'

# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL."""

import contextlib
import pathlib
import signal

import psycopg2
from psycopg2 import extensions

from tests.functional.servers import process


class PostgreSQL(process.Server):
    """postgres with one user, who may do everything."""

    name = 'postgresql'
    user_for_root = 'postgres'  # it refuses to be run by root
    stop_signal = signal.SIGINT  # does not wait for clients to leave

    def initialise(self) -> None:
        password = self.directory / 'password'
        password.write_text(self.password, encoding='utf-8')
        self.run(
            _program('initdb'),
            f'--pgdata={self.directory}/data',
            '--username=nova_ha',
            '--auth=scram-sha-256',
            f'--pwfile={password}',
            '--encoding=UTF8',
            '--locale=C',
        )

    def command(self) -> list[str]:
        settings = {
            'listen_addresses': '127.0.0.1',
            'port': self.port,
            'unix_socket_directories': self.directory,
            'timezone': 'Asia/Kolkata',  # must make no difference
        }
        return [
            _program('postgres'),
            '-D',
            f'{self.directory}/data',
            *(f'--{name}={value}' for name, value in settings.items()),
        ]

    def execute(self, sql: str) -> None:
        # A store's waits hold for all connections of a process; the store of
        # the test before may have been one that soon gives up.
        waits = extensions.get_wait_callback()
        extensions.set_wait_callback(None)
        try:
            self._execute(sql)
        finally:
            extensions.set_wait_callback(waits)

    def _execute(self, sql: str) -> None:
        connection = psycopg2.connect(
            host='127.0.0.1',
            port=self.port,
            user='nova_ha',
            password=self.password,
            dbname='postgres',
            connect_timeout=5,
        )
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)

    def url(self, database: str) -> str:
        return (
            f'postgresql+psycopg2://nova_ha:{self.password}'
            f'@127.0.0.1:{self.port}/{database}'
        )


def _program(name: str) -> str:
    # Debian keeps them out of the path, one directory a version.
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob(f'*/bin/{name}'))
    return process.program(name, *map(str, found[::-1]))

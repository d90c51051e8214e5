# SPDX-License-Identifier: Apache-2.0
"""A real MariaDB."""

import os

import pymysql

from tests.functional.servers import process


class MariaDB(process.Server):
    """mariadbd with one user, who may do everything."""

    name = 'mariadb'

    def initialise(self) -> None:
        self.run(
            process.program('mariadb-install-db'),
            *self._options(),
            '--skip-test-db',
            '--auth-root-authentication-method=normal',
        )
        init = self.directory / 'init.sql'
        init.write_text(
            "CREATE USER IF NOT EXISTS nova_ha@'127.0.0.1' "
            f"IDENTIFIED BY '{self.password}';\n"
            "GRANT ALL ON *.* TO nova_ha@'127.0.0.1';\n",
            encoding='utf-8',
        )

    def command(self) -> list[str]:
        return [
            process.program('mariadbd', '/usr/sbin/mariadbd'),
            *self._options(),
            f'--init-file={self.directory}/init.sql',
            '--bind-address=127.0.0.1',
            f'--port={self.port}',
            f'--socket={self.directory}/mariadb.sock',
            f'--pid-file={self.directory}/mariadb.pid',
            '--skip-name-resolve',
            '--skip-log-bin',
            '--innodb-buffer-pool-size=32M',
        ]

    def execute(self, sql: str) -> None:
        connection = pymysql.connect(
            host='127.0.0.1',
            port=self.port,
            user='nova_ha',
            password=self.password,
            autocommit=True,
            connect_timeout=5,
            read_timeout=30,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)

    def url(self, database: str) -> str:
        return (
            f'mysql+pymysql://nova_ha:{self.password}@127.0.0.1:{self.port}/'
            f'{database}'
        )

    def _options(self) -> list[str]:
        options = [
            '--no-defaults',
            f'--datadir={self.directory}/data',
            # It removes the temporary tables of all that share this one.
            f'--tmpdir={self.directory}',
        ]
        by_root = os.geteuid() == 0 and self.user is None
        return options + ['--user=root'] * by_root

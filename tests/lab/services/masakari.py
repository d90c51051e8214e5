# SPDX-License-Identifier: Apache-2.0
"""masakari: the API of the service that many come from.

No part of the lab: a scenario installs it, has it for a while, and ends it.
Without its engine nothing is done about what it is told.
"""

from collections.abc import Sequence

from tests.lab import config
from tests.lab import install
from tests.lab import templating
from tests.lab.progress import Progress
from tests.lab.services.base import answers
from tests.lab.services.base import Service

DATABASE = 'masakari'
REQUIREMENTS = config.PACKAGE / 'masakari-constraints.txt'
TYPE = 'instance-ha'
"""What keystone's catalogue calls it."""


class Masakari(Service):
    """masakari-api, in an environment of its own; its client is there too."""

    name = 'masakari'

    def __init__(self, lab: config.LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.masakari
        self.directory = lab.base / 'masakari'
        self.config_file = lab.etc / 'masakari' / 'masakari.conf'

    @property
    def endpoint(self) -> str:
        """For the catalogue."""
        return f'http://{self.address}:{self.port}/v1/%(tenant_id)s'

    def install(self, progress: Progress) -> None:
        """Make the environment, unless it is there; needs the Internet.

        :raises LabError: with the end of the installer's output.
        """
        install.make_environment(
            self.directory,
            REQUIREMENTS,
            self.lab.log / 'install-masakari.log',
            progress,
        )

    def prepare(self) -> None:
        text = templating.render(
            'masakari.conf',
            environment=self.directory,
            port=self.port,
            database=self.lab.database_url(DATABASE),
            authtoken=templating.authtoken(self.lab),
            **templating.common(self.lab),
        )
        templating.write(self.config_file, text)

    def synchronise(self) -> None:
        self.run_manage(
            'masakari-manage',
            *('--config-file', str(self.config_file)),
            *('db', 'sync'),
        )

    def argv(self) -> list[str]:
        return [
            *self._resolve(['masakari-api']),
            *('--config-file', str(self.config_file)),
        ]

    def ready(self) -> bool:
        return (
            self.running()
            and self.port is not None
            and answers(self.address, self.port)
        )

    def _resolve(self, command: Sequence[str]) -> list[str]:
        return [str(self.directory / 'bin' / command[0]), *command[1:]]

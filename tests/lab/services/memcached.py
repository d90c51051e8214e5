# SPDX-License-Identifier: Apache-2.0
"""memcached, where tokens are cached."""

from tests.lab.config import LabConfig
from tests.lab.services.base import Service


class Memcached(Service):
    """Runs as nobody: it touches no file."""

    name = 'memcached'

    def __init__(self, lab: LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.memcached

    def argv(self) -> list[str]:
        return [
            'memcached',
            *('-u', 'nobody'),
            *('-l', self.address),
            *('-p', str(self.port)),
            *('-m', '64'),
        ]

# SPDX-License-Identifier: Apache-2.0
"""glance: images, in files."""

from tests.lab import config
from tests.lab import templating
from tests.lab.services.base import WsgiService


class Glance(WsgiService):
    """The image API."""

    name = 'glance'
    application = 'glance.wsgi.api:application'
    has_schema = True

    def __init__(self, lab: config.LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.glance
        self.config_file = lab.etc / 'glance' / 'glance-api.conf'

    def prepare(self) -> None:
        for store in ('images', 'staging', 'tasks'):
            directory = self.lab.state / 'glance' / store
            directory.mkdir(parents=True, exist_ok=True)
        text = templating.render(
            'glance-api.conf',
            database=self.lab.database_url('glance'),
            authtoken=templating.authtoken(self.lab),
            **templating.common(self.lab),
        )
        templating.write(self.config_file, text)

    def synchronise(self) -> None:
        self.run_manage(
            'glance-manage',
            *('--config-file', str(self.config_file)),
            'db_sync',
        )

    def environment(self) -> dict[str, str]:
        return {'OS_GLANCE_CONFIG_DIR': str(self.config_file.parent)}

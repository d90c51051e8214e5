# SPDX-License-Identifier: Apache-2.0
"""placement: who has room for what."""

from tests.lab import config
from tests.lab import templating
from tests.lab.services.base import WsgiService


class Placement(WsgiService):
    """The placement API."""

    name = 'placement'
    application = 'placement.wsgi.api:application'
    has_schema = True
    processes_ = 2

    def __init__(self, lab: config.LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.placement
        self.config_file = lab.etc / 'placement' / 'placement.conf'

    def prepare(self) -> None:
        text = templating.render(
            'placement.conf',
            database=self.lab.database_url('placement'),
            authtoken=templating.authtoken(self.lab),
            **templating.common(self.lab),
        )
        templating.write(self.config_file, text)

    def synchronise(self) -> None:
        self.run_manage(
            'placement-manage',
            *('--config-file', str(self.config_file)),
            *('db', 'sync'),
        )

    def environment(self) -> dict[str, str]:
        return {'OS_PLACEMENT_CONFIG_DIR': str(self.config_file.parent)}

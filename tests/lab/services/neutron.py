# SPDX-License-Identifier: Apache-2.0
"""neutron: ports, without anything that would move packets."""

from tests.lab import config
from tests.lab import templating
from tests.lab.services.base import WsgiService

ENTRY_POINTS = """\
[neutron.ml2.mechanism_drivers]
lab = lab_ml2:LabMechanismDriver
"""
METADATA = """\
Metadata-Version: 2.1
Name: lab-ml2
Version: 1.0
"""


class Neutron(WsgiService):
    """The network API, with the lab's own mechanism driver."""

    name = 'neutron'
    application = 'neutron.wsgi.api:application'
    has_schema = True
    threads = 8

    def __init__(self, lab: config.LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.neutron
        self.config_file = lab.etc / 'neutron' / 'neutron.conf'
        # Mechanism drivers are found by entry point: this directory looks
        # like an installed distribution that has one.
        self.plugins = lab.etc / 'neutron' / 'plugins'

    def prepare(self) -> None:
        lock = self.lab.state / 'neutron' / 'lock'
        lock.mkdir(parents=True, exist_ok=True)
        text = templating.render(
            'neutron.conf',
            database=self.lab.database_url('neutron'),
            authtoken=templating.authtoken(self.lab),
            nova_credentials=templating.credentials(self.lab, 'nova'),
            placement_credentials=templating.credentials(
                self.lab, 'placement'
            ),
            **templating.common(self.lab),
        )
        templating.write(self.config_file, text)
        distribution = self.plugins / 'lab_ml2-1.0.dist-info'
        templating.write(distribution / 'METADATA', METADATA)
        templating.write(distribution / 'entry_points.txt', ENTRY_POINTS)

    def synchronise(self) -> None:
        self.run_manage(
            'neutron-db-manage',
            *('--config-file', str(self.config_file)),
            *('upgrade', 'head'),
        )

    def environment(self) -> dict[str, str]:
        return {
            'OS_NEUTRON_CONFIG_DIR': str(self.config_file.parent),
            'OS_NEUTRON_CONFIG_FILES': self.config_file.name,
            'PYTHONPATH': f'{self.plugins}:{config.PACKAGE / "driver"}',
        }

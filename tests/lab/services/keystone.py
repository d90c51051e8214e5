# SPDX-License-Identifier: Apache-2.0
"""keystone: users, tokens, the catalogue."""

import base64
import os

from tests.lab import config
from tests.lab import templating
from tests.lab.services.base import WsgiService


class Keystone(WsgiService):
    """The identity API."""

    name = 'keystone'
    application = 'keystone.wsgi.api:application'
    has_schema = True
    processes_ = 2

    def __init__(self, lab: config.LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.keystone
        self.config_file = lab.etc / 'keystone' / 'keystone.conf'

    def prepare(self) -> None:
        text = templating.render(
            'keystone.conf',
            database=self.lab.database_url('keystone'),
            **templating.common(self.lab),
        )
        templating.write(self.config_file, text)
        # What `keystone-manage fernet_setup` does, without its two seconds.
        keys = self.lab.state / 'keystone' / 'fernet'
        for name in ('0', '1'):
            if not (keys / name).exists():
                key = base64.urlsafe_b64encode(os.urandom(32)).decode()
                templating.write(keys / name, key)
        keys.chmod(0o700)

    def synchronise(self) -> None:
        manage = ('keystone-manage', '--config-file', str(self.config_file))
        self.run_manage(*manage, 'db_sync')
        interfaces = ('public', 'internal', 'admin')
        self.run_manage(
            *manage,
            'bootstrap',
            *('--bootstrap-username', 'admin'),
            *('--bootstrap-project-name', 'admin'),
            *('--bootstrap-role-name', 'admin'),
            *('--bootstrap-service-name', 'keystone'),
            *('--bootstrap-region-id', config.REGION),
            *(
                word
                for interface in interfaces
                for word in (
                    f'--bootstrap-{interface}-url',
                    self.lab.keystone_url,
                )
            ),
            environment={'OS_BOOTSTRAP_PASSWORD': self.lab.password},
        )

    def environment(self) -> dict[str, str]:
        return {
            'OS_KEYSTONE_CONFIG_DIR': str(self.config_file.parent),
            'OS_KEYSTONE_CONFIG_FILES': self.config_file.name,
        }

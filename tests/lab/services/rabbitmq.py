# SPDX-License-Identifier: Apache-2.0
"""RabbitMQ and the Erlang port mapper it needs, away from the system's."""

from tests.lab import templating
from tests.lab.config import LabConfig
from tests.lab.config import LOOPBACK
from tests.lab.services.base import Service


class Epmd(Service):
    """Started by us, or else Erlang would start a daemon that stays."""

    name = 'epmd'

    def __init__(self, lab: LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.epmd

    @property
    def address(self) -> str:
        """Nobody but RabbitMQ, beside it, has a use for it."""
        return LOOPBACK

    def argv(self) -> list[str]:
        return ['epmd', '-port', str(self.port), '-address', self.address]


class RabbitMQ(Service):
    """One node; what belongs to Erlang stays on loopback."""

    name = 'rabbitmq'

    def __init__(self, lab: LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.rabbitmq
        self.etc = lab.etc / 'rabbitmq'
        self.directory = lab.state / 'rabbitmq'

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        text = templating.render(
            'rabbitmq.conf', port=self.port, **templating.common(self.lab)
        )
        templating.write(self.etc / 'rabbitmq.conf', text)
        templating.write(self.etc / 'enabled_plugins', '[].\n')

    def argv(self) -> list[str]:
        # Not the wrapper of the same name in /usr/sbin: that one changes to
        # the user rabbitmq.
        return ['/usr/lib/rabbitmq/bin/rabbitmq-server']

    def environment(self) -> dict[str, str]:
        return {
            'RABBITMQ_NODENAME': f'lab{self.port}@localhost',
            'RABBITMQ_CONF_ENV_FILE': str(self.etc / 'none'),
            'RABBITMQ_CONFIG_FILE': str(self.etc / 'rabbitmq'),
            'RABBITMQ_ENABLED_PLUGINS_FILE': str(self.etc / 'enabled_plugins'),
            'RABBITMQ_MNESIA_BASE': str(self.directory),
            'RABBITMQ_LOG_BASE': str(self.directory),
            'RABBITMQ_DIST_PORT': str(self.lab.ports.erlang),
            'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': (
                '-kernel inet_dist_use_interface {127,0,0,1}'
            ),
            'RABBITMQ_SERVER_START_ARGS': '+S 2:2 +sbwt none',
            'ERL_EPMD_PORT': str(self.lab.ports.epmd),
            'ERL_EPMD_ADDRESS': LOOPBACK,
        }

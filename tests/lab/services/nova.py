# SPDX-License-Identifier: Apache-2.0
"""nova on the controller: API, conductor, scheduler.

nova-compute belongs to a host: see tests.lab.hosts.
"""

from tests.lab import config
from tests.lab import templating
from tests.lab.services.base import Service
from tests.lab.services.base import WsgiService


def common_file(lab: config.LabConfig) -> str:
    """The configuration that all nova processes share."""
    return str(lab.etc / 'nova' / 'nova.conf')


def control_file(lab: config.LabConfig) -> str:
    """What the controller's processes read on top of it: databases."""
    return str(lab.etc / 'nova' / 'nova-control.conf')


class NovaApi(WsgiService):
    """The compute API; also looks after the files and schemas of all nova."""

    name = 'nova-api'
    application = 'nova.wsgi.osapi_compute:application'
    has_schema = True
    processes_ = 2
    threads = 8

    def __init__(self, lab: config.LabConfig) -> None:
        super().__init__(lab)
        self.port = lab.ports.nova

    def prepare(self) -> None:
        lock = self.lab.state / 'nova' / 'lock'
        lock.mkdir(parents=True, exist_ok=True)
        text = templating.render(
            'nova.conf',
            report_interval=self.lab.report_interval,
            authtoken=templating.authtoken(self.lab),
            neutron_credentials=templating.credentials(self.lab, 'neutron'),
            placement_credentials=templating.credentials(
                self.lab, 'placement'
            ),
            **templating.common(self.lab),
        )
        etc = self.lab.etc / 'nova'
        templating.write(etc / 'nova.conf', text)
        text = templating.render(
            'nova-control.conf',
            api_database=self.lab.database_url('nova_api'),
            database=self.lab.database_url('nova'),
        )
        templating.write(etc / 'nova-control.conf', text)

    def synchronise(self) -> None:
        manage = (
            'nova-manage',
            *('--config-file', common_file(self.lab)),
            *('--config-file', control_file(self.lab)),
        )
        self.run_manage(*manage, 'api_db', 'sync')
        # Takes the database named as [database] with _cell0 after it.
        self.run_manage(*manage, 'cell_v2', 'map_cell0')
        self.run_manage(*manage, 'db', 'sync')
        self.run_manage(*manage, 'cell_v2', 'create_cell', '--name', 'cell1')

    def environment(self) -> dict[str, str]:
        files = (
            f'{self.lab.cloud}/etc/nova/api-paste.ini',
            common_file(self.lab),
            control_file(self.lab),
        )
        return {'OS_NOVA_CONFIG_FILES': ';'.join(files)}


class _NovaDaemon(Service):
    """Serves RPC only, so its log has to tell when it begins to."""

    serves: str
    _log_before = 0

    def argv(self) -> list[str]:
        return [
            str(self.lab.cloud / 'bin' / self.name),
            *('--config-file', common_file(self.lab)),
            *('--config-file', control_file(self.lab)),
        ]

    def start(self) -> None:
        self._log_before = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def ready(self) -> bool:
        if not self.running():
            return False
        with self.log.open('rb') as stream:
            stream.seek(self._log_before)
            return self.serves.encode() in stream.read()


class NovaConductor(_NovaDaemon):
    """Does for the computes what needs a database."""

    name = 'nova-conductor'
    serves = 'Starting conductor node'


class NovaScheduler(_NovaDaemon):
    """Chooses the host of an instance."""

    name = 'nova-scheduler'
    serves = 'Starting scheduler node'

# SPDX-License-Identifier: Apache-2.0
"""A controller: corosync, Pacemaker, and the fencer as Pacemaker's clone."""

from collections.abc import Iterable
import pathlib
import shutil
import sys

from tests.bmc.ipmi_sim import IpmiSim
from tests.lab import config
from tests.lab import rest_api
from tests.lab import templating
from tests.lab.hosts import ComputeHost
from tests.lab.pacemaker.machine import Machine
from tests.lab.pacemaker.network import Network
from tests.lab.services.fencer import Fencer

PROGRAMS = pathlib.Path(sys.executable).parent
AGENTS = 'usr/lib/ocf/resource.d'
SOURCE = config.PROJECT / 'pacemaker'
OCF = pathlib.Path(__file__).with_name('ocf')

FENCER_SOCKET = '/run/nova-ha/fencer.sock'
CONFIG_FILE = '/etc/nova-ha/nova-ha.conf'

#: Waiting for others at the first election takes 20 s by default. The
#: feature set is one that every Pacemaker of the 2.1 series can join with.
_SEED = """\
<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.8" epoch="1"
 num_updates="0" admin_epoch="0"><configuration><crm_config>
<cluster_property_set id="cib-bootstrap-options">
<nvpair id="cib-bootstrap-options-dc-deadtime" name="dc-deadtime" value="3s"/>
</cluster_property_set></crm_config><nodes/><resources/><constraints/>
</configuration><status/></cib>
"""


class ControllerFencer(Fencer):
    """The fencer of one controller, as it is seen from outside.

    Pacemaker starts and stops it. It shares its store with the others.
    """

    socket_group = 'haclient'
    allowed_users = 'root,hacluster'

    def __init__(
        self,
        lab: config.LabConfig,
        hosts: Iterable[ComputeHost],
        machine: Machine,
    ) -> None:
        options = {
            'cluster': {'enabled': 'true'},
            'database': {'connection': lab.database_url('nova_ha')},
            **rest_api.options(lab, machine.address, config.API_PORT),
        }
        super().__init__(lab, hosts, name=machine.name, options=options)
        self._machine = machine
        self.log_file = str(self.log)
        self.directory = machine.directory / 'nova-ha'
        self.config_file = machine.root / CONFIG_FILE.lstrip('/')
        self.hosts_file = self.config_file.with_name('hosts.yaml')
        self.rules_file = self.config_file.with_name('rules.yaml')

    @property
    def log(self) -> pathlib.Path:
        return self.lab.log / f'{self.name}-fencer.log'

    @property
    def configured_socket(self) -> str:
        return FENCER_SOCKET

    @property
    def socket(self) -> pathlib.Path:
        """Of the fencer in its machine, as it is seen from here."""
        path = self._machine.inside(FENCER_SOCKET)
        return path or pathlib.Path('/nonexistent')

    def _hosts(self) -> dict[str, object]:
        """In wiring 2 somebody else switches the hosts off."""
        if self.lab.wiring == 1:
            return super()._hosts()
        return {
            'defaults': {'power': {'driver': 'external'}},
            'hosts': [
                {'name': host.name, 'reserved': host.name in self.reserved}
                for host in self.hosts
            ],
        }

    def pid(self) -> int | None:
        pids = self._machine.pids('nova-ha-fencer')
        return pids[0] if pids else None


class Controller:
    """One controller."""

    def __init__(
        self, lab: config.LabConfig, index: int, network: Network
    ) -> None:
        """Describe controller number ``index`` (from 1)."""
        self.name = f'ctl{index}'
        self._lab = lab
        self._network = network
        self.machine = Machine(
            lab, self.name, 'controller', config.controller_address(index)
        )
        number = config.CONTROLLER_ADDRESS + index
        self.bmc = IpmiSim(
            name=f'{self.name}-bmc',
            directory=self.machine.directory / 'bmc',
            address=f'10.77.1.{number}',
            port=config.IPMI_PORT,
            user=lab.bmc_user,
            password=lab.bmc_password,
            chassis_command=self.machine.command(),
            log=lab.log / f'{self.name}-bmc.log',
            pid_file=lab.run / f'{self.name}-bmc.pid',
        )

    def prepare(self, peers: Iterable['Controller'], fencer: Fencer) -> None:
        """Write what is configured and installed on it."""
        self._network.add_address(self.bmc.address)
        if self.machine.init():
            return
        self.machine.prepare(self._network)
        self.machine.configure(
            'etc/corosync/corosync.conf', corosync_conf(list(peers))
        )
        fencer.prepare()
        for name in ('nova-ha-fencer', 'nova-ha-manage'):
            self.machine.install(f'usr/bin/{name}', PROGRAMS / name)
        self.machine.install(
            'usr/sbin/fence_nova_ha', PROGRAMS / 'fence_nova_ha'
        )
        self.machine.install('usr/bin/nova-ha-alert', SOURCE / 'nova-ha-alert')
        self.machine.install(
            f'{AGENTS}/nova-ha/fencer', SOURCE / 'ocf' / 'fencer'
        )
        # Pacemaker reads here what agents of the compute hosts are about.
        self.machine.install(f'{AGENTS}/lab/service', OCF / 'service')
        self._seed()

    def _seed(self) -> None:
        """A cluster that is new each time.

        The one from before would start at once what has yet to wait for
        the databases.
        """
        directory = self.machine.directory / 'var/lib/pacemaker/cib'
        for path in directory.iterdir():
            path.unlink()
        path = directory / 'cib.xml'
        templating.write(path, _SEED)
        shutil.chown(path, 'hacluster', 'haclient')

    @property
    def log(self) -> pathlib.Path:
        """Of its Pacemaker."""
        return self.machine.directory / 'var/log/pacemaker/pacemaker.log'

    def power_state(self) -> str:
        """``on`` or ``off``."""
        return (self.machine.directory / 'power').read_text().strip()


def corosync_conf(controllers: list[Controller]) -> str:
    """The configuration that all controllers share."""
    nodes = '\n'.join(
        f'node {{\nring0_addr: {each.machine.address}\n'
        f'name: {each.name}\nnodeid: {number}\n}}'
        for number, each in enumerate(controllers, 1)
    )
    return templating.render('corosync.conf', nodes=nodes)

# SPDX-License-Identifier: Apache-2.0
"""All that a lab with Pacemaker has on top of one without."""

from collections.abc import Iterable
from collections.abc import Sequence
import os
import pathlib
import shutil

from tests.lab import config
from tests.lab import install
from tests.lab.errors import LabError
from tests.lab.pacemaker import configuration
from tests.lab.pacemaker import remoted
from tests.lab.pacemaker.cluster import Cluster
from tests.lab.pacemaker.cluster import FENCER
from tests.lab.pacemaker.controllers import Controller
from tests.lab.pacemaker.controllers import ControllerFencer
from tests.lab.pacemaker.machine import Machine
from tests.lab.pacemaker.network import Network
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.parallel import in_parallel
from tests.lab.progress import Progress

#: Programs that only a lab with Pacemaker runs, and their package.
PROGRAMS = {
    '/usr/sbin/corosync': 'corosync',
    '/usr/sbin/pacemakerd': 'pacemaker',
    '/usr/sbin/crm': 'crmsh',
    '/usr/sbin/crm_mon': 'pacemaker-cli-utils',
    '/usr/sbin/fence_ipmilan': 'fence-agents',
    '/usr/lib/ocf/resource.d/heartbeat': 'resource-agents',
    'ip': 'iproute2',
    'nsenter': 'util-linux',
    'unshare': 'util-linux',
}

PER_HOST = 20
"""Seconds for the services of a host to start, while those of others do."""


class Stack:
    """Network, controllers and cluster of one lab."""

    def __init__(self, lab: config.LabConfig) -> None:
        self.lab = lab
        self.network = Network(lab)
        self.controllers = [
            Controller(lab, index, self.network)
            for index in range(1, lab.controllers + 1)
        ]
        self.cluster = Cluster(self.controllers)

    def controller(self, name: str) -> Controller:
        """The controller of this name.

        :raises LabError: there is none.
        """
        for controller in self.controllers:
            if controller.name == name:
                return controller
        raise LabError(f'no controller {name} in the lab')

    def host(self, index: int) -> RemoteHost:
        """Compute host number ``index`` of this lab."""
        return RemoteHost(self.lab, index, self.network, self._restart)

    def _restart(self, host: str) -> None:
        self.cluster.restart_on('nova-compute', host)

    def fencers(self, hosts: Sequence[RemoteHost]) -> list[ControllerFencer]:
        """Those of the controllers, in their order."""
        return [
            ControllerFencer(self.lab, hosts, each.machine)
            for each in self.controllers
        ]

    def runs(self) -> bool:
        """Whether all controllers and their BMCs run."""
        return all(
            each.bmc.pid() and each.machine.init() for each in self.controllers
        )

    # -- up and down

    def install(self, progress: Progress) -> None:
        """See to the programs.

        :raises LabError: says which packages to install.
        """
        install.require(PROGRAMS)
        if not remoted.program(self.lab).exists():
            with progress.step('fetching pacemaker_remoted'):
                remoted.install(self.lab)

    def prepare(self, hosts: Sequence[RemoteHost]) -> None:
        """Write the machines' configuration; the network is there."""
        names = '\n'.join(
            f'{machine.address} {machine.name}'
            for machine in self._machines(hosts)
        )
        for controller, fencer in zip(
            self.controllers, self.fencers(hosts), strict=True
        ):
            controller.prepare(self.controllers, fencer)
        for machine in self._machines(hosts):
            if machine.init():
                continue
            machine.configure('etc/hosts', f'127.0.0.1 localhost\n{names}\n')
            self._share_key(machine.root / 'etc/pacemaker/authkey')

    def machine(self, name: str, hosts: Iterable[RemoteHost]) -> Machine:
        """The machine of this name.

        :raises LabError: there is none.
        """
        machines = {each.name: each for each in self._machines(hosts)}
        if name not in machines:
            raise LabError(
                f'no machine {name} in the lab; there are '
                + ', '.join(machines)
            )
        return machines[name]

    def _machines(self, hosts: Iterable[RemoteHost]) -> list[Machine]:
        return [each.machine for each in (*self.controllers, *hosts)]

    def _share_key(self, path: pathlib.Path) -> None:
        key = self.lab.etc / 'authkey'
        if not key.exists():
            key.write_bytes(os.urandom(4096))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(key, path)
        path.chmod(0o640)
        shutil.chown(path, 'root', 'haclient')

    def boot(self, hosts: Sequence[RemoteHost]) -> None:
        """Start the BMCs, and the machines that are powered on."""
        for each in (*self.controllers, *hosts):
            if not each.bmc.pid():
                each.bmc.launch()
        in_parallel(
            each.machine.boot
            for each in (*self.controllers, *hosts)
            if each.power_state() == 'on' and not each.machine.init()
        )

    def form(self, hosts: Sequence[RemoteHost]) -> None:
        """Wait for the cluster and configure it."""
        self.cluster.wait_formed()
        configuration.load(self.lab, self.cluster, self.controllers, hosts)

    def wait_started(self, hosts: Sequence[RemoteHost]) -> None:
        """Wait until fencers and the services of these hosts run."""
        self.cluster.wait_started(
            [each.name for each in self.controllers], resources=[FENCER]
        )
        self.cluster.wait_started(
            [each.name for each in hosts],
            timeout=max(180, PER_HOST * len(hosts)),
        )

    def halt(self, hosts: Sequence[RemoteHost]) -> None:
        """End all of it. BMCs first, so that nobody is switched on again."""
        everything = (*self.controllers, *hosts)
        in_parallel(each.bmc.stop for each in everything)
        in_parallel(
            each.machine.halt
            for each in everything
            if each.machine.directory.exists()
        )

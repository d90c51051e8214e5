# SPDX-License-Identifier: Apache-2.0
"""The lab as a whole."""

from collections.abc import Iterator
import contextlib
import fcntl
import functools
import pathlib

from tests.lab import choice
from tests.lab import install
from tests.lab import processes
from tests.lab import readiness
from tests.lab import rest_api
from tests.lab import starting
from tests.lab import stopping
from tests.lab.cloud import Cloud
from tests.lab.config import LabConfig
from tests.lab.config import LOOPBACK
from tests.lab.errors import LabError
from tests.lab.hosts import ComputeHost
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress
from tests.lab.progress import Silent
from tests.lab.services.base import Service
from tests.lab.services.fencer import Fencer
from tests.lab.services.glance import Glance
from tests.lab.services.keystone import Keystone
from tests.lab.services.mariadb import MariaDB
from tests.lab.services.memcached import Memcached
from tests.lab.services.neutron import Neutron
from tests.lab.services.nova import NovaApi
from tests.lab.services.nova import NovaConductor
from tests.lab.services.nova import NovaScheduler
from tests.lab.services.placement import Placement
from tests.lab.services.rabbitmq import Epmd
from tests.lab.services.rabbitmq import RabbitMQ


class Lab:
    """One cloud on this machine: up, down, and what is in it.

    >>> lab = Lab()
    >>> lab.up()
    >>> uuid = lab.cloud.boot('one', host='compute1')
    >>> lab.hosts['compute1'].crash()
    >>> lab.nova_api.stop()
    >>> lab.down()
    """

    def __init__(self, config: LabConfig | None = None) -> None:
        self.config = config or choice.remembered(LabConfig.from_environment())
        self.stack = Stack(self.config) if self.config.pacemaker else None
        self.mariadb = MariaDB(self.config)
        self.epmd = Epmd(self.config)
        self.rabbitmq = RabbitMQ(self.config)
        self.memcached = Memcached(self.config)
        self.keystone = Keystone(self.config)
        self.placement = Placement(self.config)
        self.glance = Glance(self.config)
        self.neutron = Neutron(self.config)
        self.nova_api = NovaApi(self.config)
        self.nova_conductor = NovaConductor(self.config)
        self.nova_scheduler = NovaScheduler(self.config)
        self.hosts = {
            f'compute{index}': self._make_host(index)
            for index in range(1, self._number_of_hosts() + 1)
        }
        self.fencer = self._make_fencer()

    @functools.cached_property
    def cloud(self) -> Cloud:
        """The cloud's APIs, as an administrator."""
        return Cloud(self.config)

    @property
    def services(self) -> list[Service]:
        """All services of the controller in the order of starting."""
        return [*self.infrastructure, *self.apis, *self.nova]

    @property
    def infrastructure(self) -> list[Service]:
        """Databases, messaging, cache."""
        return [self.mariadb, self.epmd, self.rabbitmq, self.memcached]

    @property
    def apis(self) -> list[Service]:
        """The services with a REST API."""
        return [
            self.keystone,
            self.placement,
            self.nova_api,
            self.neutron,
            self.glance,
        ]

    @property
    def nova(self) -> list[Service]:
        """The parts of nova on the controller that have none."""
        return [self.nova_conductor, self.nova_scheduler]

    def _make_host(self, index: int) -> ComputeHost:
        if self.stack:
            return self.stack.host(index)
        return ComputeHost(self.config, index)

    def _make_fencer(self) -> Fencer:
        """With Pacemaker, that of the first controller."""
        hosts = list(self.hosts.values())
        if self.stack:
            return self.stack.fencers(hosts)[0]
        port = self.config.ports.compute_ha
        options = rest_api.options(self.config, LOOPBACK, port)
        return Fencer(self.config, hosts, options=options)

    def _number_of_hosts(self) -> int:
        """As asked for, or more if the lab was once started with more."""
        directory = self.config.state / 'hosts'
        found = (
            int(path.name.removeprefix('compute'))
            for path in directory.glob('compute*')
        )
        return max(self.config.computes, *found, 0)

    # -- up and down

    def enter(self) -> None:
        """Take this process to the lab's network, if it has one of its own.

        To be called before anything is asked of a lab that is up already.
        """
        if self.stack and self.stack.network.exists():
            self.stack.network.enter()

    def up(self, progress: Progress | None = None) -> None:
        """Bring everything up that is not, and wait until it can be used.

        A host that was powered off, or that crashed, on purpose is left so.

        :raises LabError: says which service failed, with the end of its log.
        """
        progress = progress or Silent()
        install.require_programs()
        with self._lock():
            choice.remember(self.config)
            self.enter()
            if self.is_up():
                progress.say('the lab is up already')
            else:
                starting.start(self, progress)

    def down(
        self, progress: Progress | None = None, wipe: bool = False
    ) -> None:
        """End every process; remove the state too if asked to."""
        progress = progress or Silent()
        if not self.config.base.exists():
            progress.say('there is no lab')
            return
        with self._lock():
            stopping.stop(self, progress)
            if wipe:
                stopping.wipe(self, progress)

    def is_up(self) -> bool:
        """Whether it was brought up, and all that should run does."""
        return (
            self.ready_marker.exists()
            and all(service.running() for service in self.services)
            and all(host.bmc.pid() for host in self.hosts.values())
            and all(host.pid() for host in self.hosts_on)
            and (self.stack is None or self.stack.runs())
            and (not self.config.api or self.fencer.running())
        )

    @property
    def ready_marker(self) -> pathlib.Path:
        """Exists from the end of a successful up until down."""
        return self.config.run / 'ready'

    def wait_ready(self, timeout: float = 180) -> None:
        """Wait until every host that should be up can be given instances."""
        readiness.wait_for_computes(self.cloud, self.hosts_on, timeout)

    @property
    def hosts_on(self) -> list[ComputeHost]:
        """Those that are powered on and have not crashed."""
        return [
            host
            for host in self.hosts.values()
            if (host.directory / 'power').exists()
            and host.power_state() == 'on'
            and not host.crashed()
        ]

    # -- one thing of it

    def start_fencer(self, fencer: Fencer | None = None) -> Fencer:
        """Configure and start the lab's fencer, or this one; wait for it.

        :raises LabError: it runs already, or does not become ready; or it is
            Pacemaker's business.
        """
        fencer = fencer or self.fencer
        if self.stack and fencer is self.fencer:
            raise LabError(
                'this lab has Pacemaker, which starts its fencers; for a '
                'fencer without it, begin afresh: down --wipe'
            )
        fencer.prepare()
        fencer.synchronise()
        fencer.start()
        readiness.wait_for_services([fencer])
        return fencer

    def service(self, name: str) -> Service:
        """The service of this name.

        :raises LabError: there is none.
        """
        for service in self.services:
            if service.name == name:
                return service
        raise LabError(f'no service {name} in the lab')

    def restart(self, name: str) -> None:
        """Stop a service, start it, wait until it is ready."""
        service = self.service(name)
        service.stop()
        service.start()
        readiness.wait_for_services([service])

    def host(self, name: str) -> ComputeHost:
        """The host of this name.

        :raises LabError: there is none.
        """
        if name not in self.hosts:
            raise LabError(
                f'no host {name} in the lab; there are '
                + ', '.join(self.hosts)
            )
        return self.hosts[name]

    def log_tail(self, name: str, lines: int) -> str:
        """The end of the log of a service, a host, or a host's BMC."""
        log = self.config.log / f'{name}.log'
        if not log.exists():
            known = sorted(path.stem for path in self.config.log.glob('*.log'))
            raise LabError(f'no log of {name}; there are: {" ".join(known)}')
        return processes.tail(log, lines)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One up or down at a time."""
        self.config.base.mkdir(parents=True, exist_ok=True)
        with (self.config.base / 'lock').open('w') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LabError(
                    'somebody else is starting or stopping this lab'
                ) from None
            yield

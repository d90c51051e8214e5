# SPDX-License-Identifier: Apache-2.0
"""The engine with a real store, for tests against nova in this process."""

import datetime
import pathlib

from oslo_config import cfg

from nova_ha.clock import SystemClock
from nova_ha.conf import database as database_conf
from nova_ha.db import migration
from nova_ha.db.spool import FileSpool
from nova_ha.db.store import SqlStore
from nova_ha.engine.engine import Engine
from nova_ha.engine.pools import Pools
from nova_ha.engine.settings import Settings
from nova_ha.engine.world import World
from nova_ha.probe import SocketProbe
from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.states import PowerState
from tests.simulator.hosts import SimHosts
from tests.simulator.notices import SimNotifier


class Outlets:
    """The power of machines: nova's fake computes have none."""

    def __init__(self):
        self.off = set()

    def power_off(self, host, deadline):
        self.off.add(host.name)
        return OffProof(
            host.name, 'outlet', 'a test', datetime.datetime.now(datetime.UTC)
        )

    def power_on(self, host, deadline):
        self.off.discard(host.name)

    def power_state(self, host, deadline):
        return PowerState.OFF if host.name in self.off else PowerState.ON

    def check(self, host, device, deadline):
        return ports.PowerCheck(self.power_state(host, deadline), '')


class Controller:
    """An engine that runs until :meth:`stop`.

    :param directory: where store and spool are kept.
    """

    def __init__(self, compute, hosts, directory, **settings):
        place = pathlib.Path(directory)
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.StrOpt('state_path'))
        database_conf.register_opts(conf)
        conf([], project='nova-ha', default_config_files=[])
        url = f'sqlite:///{place}/store.sqlite'
        conf.set_override('connection', url, 'database')
        migration.sync(conf)
        self.clock = SystemClock()
        self.store = SqlStore(conf)
        self.notices = SimNotifier()
        self.power = Outlets()
        self._settings = Settings(owner='c1', **settings)
        self.world = World(
            hosts=SimHosts(hosts),
            power=self.power,
            compute=compute,
            store=self.store,
            spool=FileSpool(place / 'spool'),
            notifier=self.notices,
            probe=SocketProbe(),
            clock=self.clock,
        )
        self.engine = Engine(
            self.world,
            Pools.of(fencing=2, hosts=2, evacuations=4),
            lambda: self._settings,
        )
        self.engine.start()

    @property
    def settings(self):
        return self._settings

    def stop(self):
        self.engine.stop(10)
        self.store.close()

    def fence(self, host):
        deadline = Deadline.after(30, self.clock.monotonic)
        return self.engine.intake.fence(
            host, 'a test', 'it is dead', deadline, False
        )

    def recovery(self, host):
        return self.store.recoveries(host=host, limit=1)[0]

    def rows(self, host):
        return list(self.store.evacuations(self.recovery(host).uuid))

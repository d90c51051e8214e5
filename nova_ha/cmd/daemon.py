# SPDX-License-Identifier: Apache-2.0
"""The fencer as a service: parts put together, started and stopped."""

from collections.abc import Sequence
import pathlib
import signal
import threading
from types import FrameType

from oslo_config import cfg
from oslo_log import log as logging
from oslo_service import service

from nova_ha import conf as options
from nova_ha.api import front
from nova_ha.api.server import LocalApi
from nova_ha.clock import SystemClock
from nova_ha.cmd import settings as settings_of
from nova_ha.cmd import systemd
from nova_ha.cmd.insight import Insight
from nova_ha.cmd.local_fencing import LocalFencing
from nova_ha.cmd.rest_api.process import RestApi
from nova_ha.compute.gateway import NovaCompute
from nova_ha.db import modes
from nova_ha.db import spool
from nova_ha.db.modes import RememberedModes
from nova_ha.db.spool import FileSpool
from nova_ha.db.store import SqlStore
from nova_ha.engine.engine import Engine
from nova_ha.engine.policy import RulesPolicy
from nova_ha.engine.pools import Pools
from nova_ha.engine.world import World
from nova_ha.hosts.registry import HostsFile
from nova_ha.image.gateway import GlanceImages
from nova_ha.notification.log import LogNotifier
from nova_ha.power.drivers import Power
from nova_ha.probe import SocketProbe
from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.rules.registry import RulesFile
from nova_ha.yaml_file.problems import FileError

LOG = logging.getLogger(__name__)

BEAT = 1.0
"""Seconds between two looks at signals when systemd wants no watchdog."""


class Fencer(service.ServiceBase):  # type: ignore[misc]
    """What runs as ``nova-ha-fencer``.

    :param arguments: that ``conf`` was read from, for processes of its own.
    :raises FileError: the hosts file or the rules file cannot be used.
    :raises ComputeMisconfigured: [nova] cannot be used.
    :raises ImageMisconfigured: [glance] cannot be used.
    """

    def __init__(self, conf: cfg.ConfigOpts, arguments: Sequence[str]) -> None:
        self._conf = conf
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._reload = threading.Event()
        clock = SystemClock()
        self._power = Power(conf, clock, self._stopping)
        self._hosts = HostsFile(conf.hosts_file, self._power.schemas())
        self._rules = RulesFile(conf.policy.rules_file)
        compute = NovaCompute.from_conf(conf)
        images = GlanceImages.from_conf(conf)
        store = SqlStore(conf)
        state = pathlib.Path(conf.state_path)
        world = World(
            hosts=self._hosts,
            power=self._power,
            compute=compute,
            images=images,
            store=store,
            spool=FileSpool(state / spool.DIRECTORY),
            notifier=LogNotifier(clock),
            clock=clock,
            policy=RulesPolicy(self._rules.rules, compute, clock, images),
            probe=SocketProbe(),
            cluster=_cluster(conf),
            modes=RememberedModes(store, state / modes.FILE),
        )
        settings = settings_of.of(conf)
        pools = Pools.of(
            conf.engine.fencing_workers,
            conf.engine.recovery_workers,
            conf.engine.evacuation_workers,
        )
        self._engine = Engine(world, pools, settings)
        insight = Insight(
            conf,
            world,
            lambda: self._engine.modes.standing,
            self._power.place,
        )
        fencing = LocalFencing(self._engine, world, settings, insight)
        self._api = LocalApi(conf, fencing)
        place = front.path(conf)
        self._front = place and front.FrontApi(conf, place, fencing)
        self._rest = RestApi(conf, arguments)

    def start(self) -> None:
        """Start; ready when the socket answers."""
        # In one process oslo.service does not reload on SIGHUP but ends.
        signal.signal(signal.SIGHUP, self._on_hangup)
        self._power.warm(self._hosts.all())
        self._engine.start()
        self._api.start()
        if self._front:
            self._front.start()
        self._rest.start()
        systemd.notify('READY=1')
        LOG.info('nova-ha-fencer is ready, %d hosts', len(self._hosts.all()))

    def wait(self) -> None:
        """Stay until stopped; serve signals and the watchdog."""
        interval = systemd.watchdog_interval() or BEAT
        beats = -1
        while not self._stopping.is_set():
            self._reload.wait(min(interval, BEAT))
            if self._reload.is_set():
                self._reload.clear()
                self.reset()
            now = self._engine.beats()
            if now != beats:
                beats = now
                systemd.notify('WATCHDOG=1')
        self._stopped.wait()

    def reset(self) -> None:
        """Read hosts, rules and mutable options again; a mistake in any of
        them changes nothing.
        """
        systemd.notify('RELOADING=1')
        try:
            options.check_files(self._conf)
            rules = self._rules.read()
            self._hosts.reload()
            self._rules.use(rules)
            self._conf.mutate_config_files()
            self._rest.reload()
            LOG.info(
                'Reloaded: %d hosts, %d rules',
                len(self._hosts.all()),
                len(rules.rules.rules),
            )
        except (FileError, cfg.Error) as e:
            LOG.error('Not reloaded, all stays as it was: %s', e)
        systemd.notify('READY=1')

    def stop(self) -> None:
        """Take nothing new, bring what is under way to its end, leave."""
        systemd.notify('STOPPING=1')
        LOG.info('Stopping')
        self._stopping.set()
        timeout = self._conf.engine.drain_timeout
        self._stop_apis(timeout)
        self._engine.stop(timeout)
        self._power.close()
        LOG.info('Stopped')
        self._stopped.set()

    def _stop_apis(self, timeout: float) -> None:
        """Let each bring to its end what is under way, at the same time."""
        stopping = [
            threading.Thread(target=stop, args=(timeout,))
            for stop in (self._api.stop, self._stop_serving_people)
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def _stop_serving_people(self, timeout: float) -> None:
        """Stop the process that asks before the socket it asks at."""
        end = Deadline.after(timeout)
        self._rest.stop(timeout)
        if self._front:
            self._front.stop(max(0.0, end.remaining()))

    def _on_hangup(self, _signum: int, _frame: FrameType | None) -> None:
        self._reload.set()


def _cluster(conf: cfg.ConfigOpts) -> ports.Cluster | None:
    """Return the gateway to Pacemaker; None where there is none."""
    if not conf.cluster.enabled:
        return None
    from nova_ha.cluster import gateway  # noqa: PLC0415  not everywhere

    cluster: ports.Cluster = gateway.PacemakerCluster.from_conf(conf)
    return cluster

# SPDX-License-Identifier: Apache-2.0
"""Everything together: hosts, nova, storage, daemons and their people."""

from collections.abc import Callable
import contextlib
import dataclasses
from typing import Any

from nova_ha.engine.intake import Fenced
from nova_ha.engine.settings import Settings
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState
from tests.simulator import records
from tests.simulator.cluster import SimCluster
from tests.simulator.daemon import AnswerLost
from tests.simulator.daemon import Daemon
from tests.simulator.hosts import SimHost
from tests.simulator.hosts import SimHosts
from tests.simulator.hosts import SimPower
from tests.simulator.images import SimImages
from tests.simulator.ledger import Ledger
from tests.simulator.modes import SimModes
from tests.simulator.notices import SimNotifier
from tests.simulator.nova import SimNova
from tests.simulator.policy import SimPolicy
from tests.simulator.probe import SimProbe
from tests.simulator.storage import Storage
from tests.simulator.timeline import Timeline
from tests.simulator.wire import Fault
from tests.simulator.wire import Faults

NOVA_AWAY = errors.ComputeUnavailable('nova does not answer')
STORE_AWAY = errors.StoreUnavailable('the store does not answer')
CLUSTER_AWAY = errors.ClusterUnavailable('Pacemaker does not answer')
FOR_EVER = 1_000_000_000


class World:
    """A cloud of a few hosts and a controller.

    :ivar cluster: None where no Pacemaker drives nova-ha.
    :ivar rules: what daemons decide by; None: everything is evacuated. It
        may change under way, but not from or to None.
    """

    def __init__(
        self, hosts: int = 3, pacemaker: bool = False, **settings: Any
    ) -> None:
        self.timeline = Timeline()
        self.ledger = Ledger(self.timeline)
        self.faults = Faults()
        self.notices = SimNotifier()
        self.storage = Storage(self.timeline)
        self.modes = SimModes(self.storage.store)
        names = [f'h{i}' for i in range(1, hosts + 1)]
        self.hosts = {n: SimHost(n, self.timeline) for n in names}
        self.host_file = SimHosts(names)
        self.power = SimPower(self.hosts, self.timeline, self.ledger)
        self.nova = SimNova(self.hosts, self.timeline, self.ledger)
        self.images = SimImages(self.nova, self.timeline)
        self.probe = SimProbe(self.hosts, self.nova, self.timeline)
        self.policy: ports.Policy = SimPolicy()
        self.cluster = self._make_cluster() if pacemaker else None
        self.settings = Settings(**{'owner': 'c1', **settings})
        self.rules: Rules | None = None
        self.daemons: dict[str, Daemon] = {}
        self.starts: list[str] = []

    def _make_cluster(self) -> SimCluster:
        cluster = SimCluster(self.hosts, self.nova, self.timeline, self.ledger)
        cluster.fence_by = self.agent_fences
        cluster.may_open = self._may_be_open
        self.nova.court.gate_is_shut = lambda host: (
            cluster.nodes[host].gate is Gate.SHUT
        )
        return cluster

    def agent_fences(self, host: str, power_on: bool = False) -> bool:
        """Pacemaker's fence agent asks the daemon; whether it succeeded."""
        owners = [o for o, d in self.daemons.items() if d.process.alive]
        for owner in owners[:1]:
            with contextlib.suppress(errors.RecoveryError, AnswerLost):
                self.fence(host, 20.0, owner, power_on)
                return True
        return False

    def _may_be_open(self, host: str) -> bool:
        """Whether the host's recovery has let evacuations be."""
        newest = self.storage.store.recoveries(host=host, limit=1)
        return not newest or newest[0].state in (
            states.FINAL | {RecoveryState.RETURNING}
        )

    def close(self) -> None:
        for daemon in self.daemons.values():
            daemon.kill()
        self.timeline.close()
        self.storage.close()

    # Daemons.

    def start(self, owner: str = 'c1') -> Daemon:
        """Start a daemon; the one of that name must be dead."""
        old = self.daemons.get(owner)
        assert old is None or not old.process.alive
        ports = {
            'hosts': self.host_file,
            'power': self.power,
            'compute': self.nova,
            'images': self.images,
            'policy': self.policy,
            'store': self.storage.store,
            'spool': self.storage.spool,
            'notifier': self.notices,
            'cluster': self.cluster,
            'probe': self.probe,
            'modes': self.modes,
        }
        settings = dataclasses.replace(self.settings, owner=owner)
        rules = (lambda: self.rules) if self.rules is not None else None
        daemon = Daemon(ports, self.timeline, self.faults, settings, rules)
        self.daemons[owner] = daemon
        self.starts.append(owner)
        return daemon

    @property
    def daemon(self) -> Daemon:
        return self.daemons['c1']

    def crash(self, owner: str = 'c1') -> None:
        self.daemons[owner].kill()

    def restart(self, owner: str = 'c1') -> Daemon:
        self.crash(owner)
        return self.start(owner)

    # What happens.

    def fence(
        self,
        host: str,
        seconds: float = 50.0,
        owner: str = 'c1',
        power_on: bool = False,
    ) -> Fenced:
        """Ask for a fence, and hold the answer against the truth."""
        asked = self.timeline.now()
        self.ledger.act('fence_requested', host)
        fenced = self.daemons[owner].fence(host, seconds, power_on=power_on)
        name = self.host_file.get(host).name
        if not self.hosts[name].was_off(asked, self.timeline.now()):
            self.ledger.break_promise(7, f'{name} is told fenced, was not off')
        if not self._is_durable(name, fenced):
            self.ledger.break_promise(7, f'{name} is told fenced, unrecorded')
        return fenced

    def _is_durable(self, host: str, fenced: Fenced) -> bool:
        if fenced.recovery is not None:
            stored = self.storage.store.get(fenced.recovery.uuid)
            return safety.proves(stored.off_proof, stored)
        return any(
            record.host == host and record.off_proof == fenced.proof
            for _key, record in self.storage.spool.entries()
        )

    def lose(self, host: str) -> None:
        """The host's kernel stops."""
        self.hosts[host].panic()

    def reserve(self, host: str, reason: str | None = 'spare') -> None:
        """Make the host a spare: so in the hosts file, disabled in nova."""
        self.host_file.reserve(host)
        service = self.nova.services[host]
        service.disabled, service.reason = True, reason

    def power_on(self, host: str, compute: bool = True) -> None:
        """Somebody powers the host on; nova-compute comes with it, where
        that is not Pacemaker's affair.
        """
        if self.cluster is not None and self.hosts[host].panicked:
            self.hosts[host].switch_off()  # it hangs: off and on
        self.hosts[host].switch_on()
        if compute and self.cluster is None:
            self.nova.start_compute(host)

    def nova_away(self) -> Fault:
        return self.faults.add(
            Fault('compute', '*', error=NOVA_AWAY, times=FOR_EVER)
        )

    def cluster_away(self) -> Fault:
        return self.faults.add(
            Fault('cluster', '*', error=CLUSTER_AWAY, times=FOR_EVER)
        )

    def store_away(self) -> Fault:
        return self.faults.add(
            Fault('store', '*', error=STORE_AWAY, times=FOR_EVER)
        )

    def back(self, fault: Fault) -> None:
        if fault in self.faults.armed:
            self.faults.armed.remove(fault)

    def run(self, seconds: float) -> None:
        self.timeline.sleep(seconds)

    def until(
        self, happened: Callable[[], Any], seconds: float = 120.0
    ) -> None:
        """Let time pass until it has happened.

        :raises AssertionError: it has not.
        """
        came = self.timeline.run_until(lambda: bool(happened()), seconds)
        assert came, '\n'.join(
            [f'not within {seconds} s']
            + [str(r) for r in self.storage.store.recoveries(limit=5)]
            + [str(a) for a in self.notices.alarms[-5:]]
        )

    def until_state(
        self, host: str, state: RecoveryState, seconds: float = 120.0
    ) -> Recovery:
        seen = -1

        def reached() -> bool:
            nonlocal seen
            before, seen = seen, self.faults.calls.get(('store', 'save'), 0)
            if before == seen or not self.storage.store.recoveries(host):
                return False
            return self.recovery(host).state is state

        self.until(reached, seconds)
        return self.recovery(host)

    # What is to be seen.

    def recovery(self, host: str) -> Recovery:
        """Return the host's newest recovery."""
        return self.storage.store.recoveries(host=host, limit=1)[0]

    def rows(self, host: str) -> dict[str, Evacuation]:
        """Return the newest recovery's evacuations by instance name."""
        found = self.storage.store.evacuations(self.recovery(host).uuid)
        return {row.name: row for row in found}

    def history(self, host: str) -> list[str]:
        """Return the names of what happened to the newest recovery."""
        events = self.storage.store.events(self.recovery(host).uuid)
        return [e.name for e in events if e.instance is None]

    def left(self, host: str) -> list[records.Record]:
        """Return the records that forbid taking the host back."""
        return [
            r
            for r in self.nova.records
            if r.source == host and r.status in records.BLOCKING
        ]

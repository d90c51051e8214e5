# SPDX-License-Identifier: Apache-2.0
"""Nova as it was measured (release 34), the destructive parts too.

Evacuating twice spoils the instance; a start of nova-compute completes one
record per instance and destroys the guest it belongs to; ``updated_at``
moves with every PUT; nobody notices that a target died.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import Any

from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import TargetState
from tests.simulator import records
from tests.simulator.aggregates import Aggregates
from tests.simulator.court import Court
from tests.simulator.hosts import SimHost
from tests.simulator.ledger import Ledger
from tests.simulator.records import Record
from tests.simulator.records import Server
from tests.simulator.records import Service
from tests.simulator.records import Services
from tests.simulator.shared_work import SharedWork
from tests.simulator.timeline import Timeline

REPORT_EVERY = 10.0
START_TAKES = 4.0


class SimNova:
    """Satisfies :class:`nova_ha.recovery.ports.Compute`.

    :ivar schedule_takes: and
    :ivar spawn_takes: seconds of an evacuation's two parts.
    :ivar work: what the spawns share.
    :ivar slow: targets on which a spawn takes so many times as long, for
        reasons of their own.
    :ivar failing: targets on which every spawn fails.
    :ivar full: targets the scheduler does not choose.
    :ivar failing_rebuilds: hosts on which every rebuild fails.
    :ivar refuse_rebuilds: the scheduler does not let any rebuild be.
    :ivar unreadable: images that nova cannot see.
    :ivar backups: what a backup that was asked for leads to.
    :ivar groups: server groups; the scheduler counts what rests on a host,
        a target what is on its way to it as well.
    :ivar knows_stopping: it speaks 2.95.
    :ivar started: when each guest was last started by an evacuation.
    :ivar arrived: when each instance last came to a host by one.
    :ivar room: how many instances targets can hold, where that is limited.
    :ivar silent: nova's own services that are down.
    :ivar zones: availability zones of hosts, ``nova`` for all others.
    """

    def __init__(
        self, hosts: Mapping[str, SimHost], timeline: Timeline, ledger: Ledger
    ) -> None:
        self._hosts = hosts
        self._timeline = timeline
        self._ledger = ledger
        self.court = Court(hosts, timeline, ledger)
        self.schedule_takes = 0.1
        self.spawn_takes = 0.5
        self.work = SharedWork(timeline)
        self.slow: dict[str, float] = {}
        self.failing: set[str] = set()
        self.full: set[str] = set()
        self.failing_rebuilds: set[str] = set()
        self.refuse_rebuilds = False
        self.unreadable: set[str] = set()
        self.backups: Callable[[Server, str, int], None] = (
            lambda _server, _name, _rotation: None
        )
        self.room: dict[str, int] = {}
        self.servers: dict[str, Server] = {}
        self.records: list[Record] = []
        self.services = Services(timeline)
        self.host_aggregates = Aggregates(ledger)
        self.groups: list[ServerGroup] = []
        self.knows_stopping = True
        self.started: dict[str, float] = {}
        self.arrived: dict[str, float] = {}
        self.silent: set[str] = set()
        self.zones: dict[str, str] = {}
        now = timeline.now()
        for name, host in hosts.items():
            self.services[name] = Service(name, now, now)
            host.computing = True
            self._report_later(host)

    # What the world does.

    def boot(
        self,
        host: str,
        vm_state: str = 'active',
        name: str = '',
        **looks: Any,
    ) -> Server:
        """Put an instance on a host."""
        number = len(self.servers) + 1
        name = name or f'vm{number}'
        server = Server(f'uuid-{name}', name, host, vm_state, looks=looks)
        self.servers[server.uuid] = server
        if vm_state in ('active', 'paused', 'rescued'):
            self._hosts[host].guests.add(server.uuid)
        return server

    def delete(self, server: Server) -> None:
        server.deleted = True
        if server.host is not None and self._hosts[server.host].computing:
            self._hosts[server.host].guests.discard(server.uuid)

    def start_compute(self, name: str, resume: bool = False) -> None:
        """Start (or restart) nova-compute; it acts on old records first.

        :param resume: the guests that ran there are started again.
        """
        host = self._hosts[name]
        assert host.on, f'{name} is off'
        host.runs += 1
        host.computing = True
        host.started_at = self._timeline.now()
        newest: dict[str, Record] = {}
        for record in self.records:
            if record.source == name and record.status in records.BLOCKING:
                newest[record.instance] = record
        for record in newest.values():
            self._destroy_evacuated(host, record)
        if resume:
            self._resume(host)
        run = host.runs
        self._timeline.after(START_TAKES, lambda: self._report(host, run))

    def _resume(self, host: SimHost) -> None:
        """As resume_guests_state_on_host_boot."""
        for server in self.servers.values():
            here = server.host == host.name and not server.deleted
            if here and server.vm_state == 'active':
                host.guests.add(server.uuid)
                self.court.require_single(server)

    def at_work(self, source: str) -> list[int]:
        """Return the records from there on which a target is at work."""
        return [
            r.id
            for r in self.records
            if r.source == source
            and r.status in records.UNDER_WAY
            and not self._is_dead(r)
            and not self.servers[r.instance].spoilt
        ]

    def _destroy_evacuated(self, host: SimHost, record: Record) -> None:
        server = self.servers[record.instance]
        if server.uuid in host.guests and server.host == host.name:
            self._ledger.break_promise(
                3, f'record {record.id} destroys {server.name} on {host.name}'
            )
        host.guests.discard(server.uuid)
        record.set(records.COMPLETED, self._timeline.now())

    def _report_later(self, host: SimHost) -> None:
        run = host.runs
        self._timeline.after(REPORT_EVERY, lambda: self._report(host, run))

    def _report(self, host: SimHost, run: int) -> None:
        if not host.computing or host.runs != run:
            return
        if host.reporting:
            service = self.services[host.name]
            service.last_seen = service.updated_at = self._timeline.now()
        self._report_later(host)

    def operator_disables(self, host: str, reason: str | None) -> None:
        service = self._touched(host)
        service.disabled, service.reason = True, reason
        service.operator_disabled, service.operator_enabled = True, False

    def operator_enables(self, host: str) -> None:
        service = self._touched(host)
        service.operator_enabled = service.disabled
        service.disabled, service.reason = False, None
        service.operator_disabled = False

    def operator_forces_down(self, host: str) -> None:
        service = self._touched(host)
        service.forced_down = service.operator_forced = True

    def operator_forces_up(self, host: str) -> None:
        service = self._touched(host)
        if self._done_records(host):
            return  # nova answers 400
        service.forced_down = service.operator_forced = False

    def operator_evacuates(self, server: Server) -> Record:
        self._require_evacuable(server)
        return self._accept(server, by_operator=True)

    def is_evacuating(self, server: Server) -> bool:
        """Whether any record of it is open, dead ones too."""
        return bool(self._open(server))

    def _touched(self, host: str) -> Service:
        service = self.services[host]
        service.updated_at = self._timeline.now()
        return service

    # The port.

    def warm(self) -> None:
        pass

    def service(self, host: str) -> ComputeService:
        if host not in self.services:
            raise errors.ComputeNotFound(f'no nova-compute on {host}')
        return self.services[host].seen(self._timeline.now())

    def disable(
        self, service: ComputeService, reason: str | None
    ) -> ComputeService:
        row = self._touched(service.host)
        self._ledger.act('disable', service.host)
        if row.operator_enabled or row.operator_disabled:
            self._ledger.break_promise(
                4, f"an operator's word about {row.host} is undone"
            )
        row.disabled, row.reason = True, reason
        return row.seen(self._timeline.now())

    def force_down(
        self,
        service: ComputeService,
        before: ServiceBefore,
        mark: ServiceMark,
        proof: OffProof,
    ) -> ComputeService:
        """As the gateway: sends what the operator had not set."""
        self.court.require_truth('force_down', service.host, proof)
        self._ledger.act('force_down', service.host)
        row = self.services[service.host]
        if before.disabled and before.forced_down and service.forced_down:
            return row.seen(self._timeline.now())
        row = self._touched(service.host)
        if not before.disabled:
            if row.operator_disabled and row.reason != str(mark):
                self._ledger.break_promise(
                    4, f"an operator's reason on {row.host} is overwritten"
                )
            row.disabled, row.reason = True, str(mark)
        row.forced_down = True
        return row.seen(self._timeline.now())

    def force_up(self, service: ComputeService) -> ComputeService:
        row = self.services[service.host]
        self._ledger.act('force_up', service.host)
        left = [
            r.id
            for r in self.records
            if r.source == row.host and r.status in records.BLOCKING
        ]
        if left:
            self._ledger.break_promise(
                3, f'{row.host} is forced up with records {left}'
            )
        if row.operator_forced:
            self._ledger.break_promise(
                4, f"an operator's force-down of {row.host} is undone"
            )
        if not self._hosts[row.host].computing:
            self._ledger.act('force_up_of_the_dead', row.host)
        if self._done_records(row.host):
            raise errors.ComputeRefused(
                f'Unable to force up host {row.host}', 400
            )
        self._touched(service.host).forced_down = False
        return row.seen(self._timeline.now())

    def enable(self, service: ComputeService) -> ComputeService:
        row = self._touched(service.host)
        self._ledger.act('enable', service.host)
        if row.operator_disabled:
            self._ledger.break_promise(
                4, f"an operator's disable of {row.host} is undone"
            )
        row.disabled, row.reason, row.operator_enabled = False, None, False
        return row.seen(self._timeline.now())

    def annotate(self, service: ComputeService, reason: str) -> ComputeService:
        row = self._touched(service.host)
        self._ledger.act('annotate', service.host)
        if row.operator_disabled:
            self._ledger.break_promise(
                4, f"an operator's reason on {row.host} is overwritten"
            )
        row.disabled, row.reason = True, reason
        return row.seen(self._timeline.now())

    def all_services(self) -> Sequence[NovaService]:
        now = self._timeline.now()
        return [
            NovaService(
                'nova-compute',
                name,
                self.zones.get(name, 'nova'),
                row.up(now),
                row.forced_down,
            )
            for name, row in self.services.items()
        ] + [
            NovaService(binary, 'ctl1', 'internal', binary not in self.silent)
            for binary in ('nova-scheduler', 'nova-conductor')
        ]

    def instances(
        self, host: str, since: datetime.datetime | None = None
    ) -> Sequence[Instance]:
        # More than was asked for proves nothing wrong either.
        return [
            s.seen()
            for s in self.servers.values()
            if s.host == host and not s.deleted
        ]

    def present(self, host: str) -> frozenset[str]:
        return frozenset(i.uuid for i in self.instances(host))

    def instance(self, uuid: str) -> Instance:
        return self._server(uuid).seen()

    def named(self, name: str) -> Sequence[Instance]:
        return [
            server.seen()
            for server in self.servers.values()
            if server.name == name
        ]

    def aggregates(self) -> Sequence[Aggregate]:
        return list(self.host_aggregates)

    def add_to_aggregate(self, aggregate: int, host: str) -> None:
        self._ledger.act('add_to_aggregate', host)
        self.host_aggregates.add(aggregate, host, self.any_on(host))

    def remove_from_aggregate(self, aggregate: int, host: str) -> None:
        self._ledger.act('remove_from_aggregate', host)
        self.host_aggregates.remove(aggregate, host, self.any_on(host))

    def any_on(self, host: str) -> bool:
        """Whether instances are on the host, dead or alive."""
        return any(
            s.host == host and not s.deleted for s in self.servers.values()
        )

    def server_groups(self) -> Sequence[ServerGroup]:
        return list(self.groups)

    def evacuate(
        self,
        instance: str,
        proof: OffProof,
        target_state: TargetState = TargetState.KEEP,
    ) -> str:
        server = self._server(instance)
        self._require_evacuable(server)
        self.court.require_truth('evacuate', server.host or '', proof)
        self._ledger.act('evacuate', instance)
        stop = target_state is TargetState.STOPPED and self.knows_stopping
        record = self._accept(server, stop=stop)
        return f'req-{record.id}'

    def stop(self, instance: str) -> None:
        server = self._server(instance)
        self._ledger.act('stop', instance)
        if server.task_state is not None or server.vm_state != 'active':
            raise errors.ComputeRefused('conflict', 409)
        server.vm_state = 'stopped'
        if server.host is not None:
            self._hosts[server.host].guests.discard(instance)

    def rebuild(self, instance: str, image: str) -> None:
        """As nova: the image is the server's from the first moment on."""
        server = self._server(instance)
        if server.task_state is not None or server.vm_state not in (
            eligibility.EVACUABLE
        ):
            raise errors.ComputeRefused(
                f"Cannot 'rebuild' instance {instance} while it is in "
                f'{server.vm_state}, {server.task_state}',
                409,
            )
        if image in self.unreadable:
            raise errors.ComputeRefused('Cannot find image for rebuild', 400)
        self._ledger.act('rebuild', instance)
        if server.image == image and server.vm_state != 'error':
            self._ledger.break_promise(
                2, f'{server.name} is rebuilt over what it wrote since'
            )
        server.rebuilds += 1
        before, server.image = server.image, image
        stopped = server.vm_state == 'stopped'
        server.task_state, server.fault = 'rebuilding', None
        self._timeline.after(
            self.schedule_takes,
            lambda: self._rebuild(server, before, stopped),
        )

    def _rebuild(self, server: Server, before: str, stopped: bool) -> None:
        host = self._hosts[server.host or '']
        if self.refuse_rebuilds:
            server.image = before
            self._fail(server, 'No valid host was found.')
            return
        run = host.runs
        if not host.computing:
            return  # nobody notices
        server.task_state = 'rebuild_spawning'
        host.guests.discard(server.uuid)
        server.disk = 'gone'
        self._timeline.after(
            self.spawn_takes,
            lambda: self._respawn(server, host, run, stopped),
        )

    def _respawn(
        self, server: Server, host: SimHost, run: int, stopped: bool
    ) -> None:
        if not host.computing or host.runs != run or server.deleted:
            return
        if server.task_state != 'rebuild_spawning' or server.spoilt:
            return  # an evacuation has come meanwhile
        if server.host != host.name:
            return
        if host.name in self.failing_rebuilds:
            self._fail(server, f'spawn failed on {host.name}')
            return
        server.disk = server.image
        server.task_state = None
        server.vm_state = 'stopped' if stopped else 'active'
        if not stopped:
            host.guests.add(server.uuid)
        self.court.require_single(server)

    def create_backup(
        self, instance: str, name: str, kind: str, rotation: int
    ) -> None:
        server = self._server(instance)
        self._ledger.act('create_backup', instance)
        if server.task_state is not None:
            raise errors.ComputeRefused('conflict', 409)
        self.backups(server, name, rotation)

    def pause(self, instance: str) -> None:
        server = self._server(instance)
        self._ledger.act('pause', instance)
        if server.task_state is not None or server.vm_state != 'active':
            raise errors.ComputeRefused('conflict', 409)
        server.vm_state = 'paused'

    def reset_state(self, instance: str) -> None:
        server = self._server(instance)
        self._ledger.act('reset_state', instance)
        if server.vm_state in ('active', 'error'):
            self._ledger.act('reset_for_nothing', instance)
        server.vm_state, server.task_state = 'active', None

    def migrations(
        self,
        source: str,
        since: datetime.datetime | None = None,
        statuses: Collection[MigrationStatus] | None = None,
    ) -> Sequence[Migration]:
        wanted = None if statuses is None else {s.value for s in statuses}
        return [
            r.seen()
            for r in self.records
            if r.source == source
            and (wanted is None or r.status in wanted)
            and (
                since is None
                or (r.updated_at is not None and r.updated_at >= since)
            )
        ]

    # The course of an evacuation.

    def _accept(
        self, server: Server, by_operator: bool = False, stop: bool = False
    ) -> Record:
        live = [r for r in self._open(server) if not self._is_dead(r)]
        if live:
            self._spoil(server, live, by_operator)
        record = Record(
            id=len(self.records) + 1,
            instance=server.uuid,
            source=server.host or '',
            created_at=self._timeline.now(),
            by_operator=by_operator,
        )
        self.records.append(record)
        server.task_state = 'rebuilding'
        server.fault = None
        stopped = server.vm_state == 'stopped' or (
            stop and server.vm_state != 'error'
        )
        self._timeline.after(
            self.schedule_takes, lambda: self._schedule(record, stopped)
        )
        return record

    def _schedule(self, record: Record, stopped: bool) -> None:
        server = self.servers[record.instance]
        now = self._timeline.now()
        if record.status != records.ACCEPTED or server.spoilt:
            return
        target = self._choose(record)
        if target is None:
            record.set(records.ERROR, now)
            self._fail(server, 'No valid host was found.')
            return
        record.target = target.name
        record.set(records.PRE_MIGRATING, now)
        server.task_state = 'rebuild_spawning'
        run = target.runs

        def spawn() -> None:
            self._spawn(record, target, run, stopped)

        if target.name in self.slow:
            seconds = self.spawn_takes * self.slow[target.name]
            self._timeline.after(seconds, spawn)
        else:
            self.work.begin(self.spawn_takes, spawn)

    def _choose(self, record: Record) -> SimHost | None:
        now = self._timeline.now()
        # The scheduler claims what it chooses.
        placed = [s.host for s in self.servers.values()]
        placed += [
            r.target for r in self.records if r.status in records.UNDER_WAY
        ]
        fit = [
            host
            for host in self._hosts.values()
            if host.name != record.source
            and host.name not in self.full
            and self._passes_groups(record.instance, host.name)
            and placed.count(host.name) < self.room.get(host.name, 10**6)
            and self.services[host.name].up(now)
            and not self.services[host.name].disabled
        ]
        return min(fit, key=lambda h: placed.count(h.name), default=None)

    def _spawn(
        self, record: Record, target: SimHost, run: int, stopped: bool
    ) -> None:
        server = self.servers[record.instance]
        now = self._timeline.now()
        if not target.computing or target.runs != run or server.spoilt:
            return  # nobody notices
        if server.deleted:
            record.set(records.ERROR, now)
            return
        if not self._still_apart(record, target.name):
            record.set(records.FAILED, now)
            self._fail(server, 'Anti-affinity policy was violated')
            return
        if target.name in self.failing:
            record.set(records.FAILED, now)
            self._fail(server, f'spawn failed on {target.name}')
            return
        server.host = target.name
        if server.local:
            server.disk = server.image
        server.task_state = None
        server.vm_state = 'stopped' if stopped else 'active'
        if not stopped:
            target.guests.add(server.uuid)
            self.started[server.uuid] = self._timeline.monotonic()
        self.arrived[server.uuid] = self._timeline.monotonic()
        record.set(records.DONE, now)
        self.court.require_single(server)

    def _passes_groups(self, instance: str, host: str) -> bool:
        """As ServerGroupAffinityFilter and ServerGroupAntiAffinityFilter."""
        for group in self.groups:
            if instance in group.members:
                others = self._at(group.members - {instance})
                if group.policy == 'anti-affinity' and host in others:
                    return False
                if group.policy == 'affinity':
                    return host in self._at(group.members)
        return True

    def _at(self, members: Collection[str]) -> set[str | None]:
        return {
            self.servers[m].host
            for m in members
            if not self.servers[m].deleted
        }

    def _still_apart(self, record: Record, host: str) -> bool:
        """As the late check of nova-compute."""
        going = {
            r.instance
            for r in self.records
            if r.target == host and r.status in records.UNDER_WAY
        }
        for group in self.groups:
            others = group.members - {record.instance}
            if group.policy == 'anti-affinity' and (
                record.instance in group.members
            ):
                there = {m for m in others if self.servers[m].host == host}
                if there or others & going:
                    self._ledger.act('late_check', record.instance)
                    return False
        return True

    @staticmethod
    def _fail(server: Server, fault: str) -> None:
        server.vm_state, server.task_state = 'error', None
        server.fault = fault

    # What is destroyed.

    def _spoil(
        self, server: Server, live: list[Record], by_operator: bool
    ) -> None:
        if not by_operator:
            self._ledger.break_promise(
                2, f'{server.name} is evacuated over {[r.id for r in live]}'
            )
        server.spoilt = True
        server.vm_state = 'error'
        server.task_state = 'rebuild_block_device_mapping'
        for record in live:
            record.set(records.FAILED, self._timeline.now())

    # Helpers.

    def _open(self, server: Server) -> list[Record]:
        return [
            r
            for r in self.records
            if r.instance == server.uuid and r.status in records.UNDER_WAY
        ]

    def _is_dead(self, record: Record) -> bool:
        """Whether the record's target was off since it was made."""
        return record.target is not None and self._hosts[
            record.target
        ].was_off(record.created_at, self._timeline.now())

    def _done_records(self, host: str) -> bool:
        return any(
            r.source == host and r.status == records.DONE for r in self.records
        )

    def _server(self, uuid: str) -> Server:
        server = self.servers.get(uuid)
        if server is None or server.deleted:
            raise errors.ComputeNotFound(f'Instance {uuid} is not found.')
        return server

    def _require_evacuable(self, server: Server) -> None:
        if server.vm_state not in eligibility.EVACUABLE:
            raise errors.ComputeRefused(
                f"Cannot 'evacuate' instance {server.uuid} while it is in "
                f'vm_state {server.vm_state}',
                409,
            )
        if server.host is None:
            raise errors.ComputeRefused("can't be the same one.", 400)
        if self.services[server.host].up(self._timeline.now()):
            raise errors.ComputeRefused(
                f'Compute service of {server.host} is still in use.', 400
            )

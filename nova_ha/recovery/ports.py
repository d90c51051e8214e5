# SPDX-License-Identifier: Apache-2.0
"""What the engine needs from the world; drivers and gateways provide it.

Errors are those of :mod:`.errors`; nothing else may come through a port.
Every call that waits has an end of its own.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Protocol

from nova_ha.recovery.capacity.model import Census
from nova_ha.recovery.capacity.model import Provider
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.groups import Group
from nova_ha.recovery.listing import Page
from nova_ha.recovery.listing import RecoveryQuery
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import FenceRecord
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.model import Snapshot
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.rehearsal import Rehearsal
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import TargetState


@dataclasses.dataclass(frozen=True, slots=True)
class PowerCheck:
    """What a peace-time look at a power device found.

    :ivar problem: what is wrong and what to do; empty when all is well.
    """

    state: PowerState
    privilege: str
    problem: str = ''


class PowerDriver(Protocol):
    """Switches a host's power; knows hosts, never recoveries.

    It tries the devices of a host in their order.
    """

    def power_off(self, host: Host, deadline: Deadline) -> OffProof:
        """Bring about off, verify it by a fresh read, return the proof.

        Already off is success at once. Tries again inside the deadline
        what may be cured by it. The proof names the device that made it.

        :raises PowerError: off was not verified. It may be off all the same.
        """

    def power_on(self, host: Host, deadline: Deadline) -> None:
        """Ask for on and see it accepted by the first device.

        :raises PowerError: it was not.
        """

    def power_state(self, host: Host, deadline: Deadline) -> PowerState:
        """Read the power state afresh.

        Unknown where only a device behind the first answers, and says on:
        its outlet has power, which tells nothing of the host.

        :raises PowerError: no device could be read.
        """

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Try login, privilege and power state without changing anything."""


class Hosts(Protocol):
    """The hosts file."""

    def get(self, name: str) -> Host:
        """Return the host of this name, nova's or Pacemaker's.

        :raises UnknownHost: the file names no such host.
        """

    def all(self) -> Sequence[Host]:
        """Return every host, in the file's order."""

    def problem(self) -> str:
        """Return what is wrong with the file by now; '' when nothing is."""


class Compute(Protocol):
    """Nova."""

    def warm(self) -> None:
        """Have a valid token and negotiated versions at hand, if possible.

        Never raises: it only makes the next call faster.
        """

    def service(self, host: str) -> ComputeService:
        """Return nova's service record of the host's nova-compute.

        :raises ComputeNotFound: nova knows no nova-compute there.
        """

    def services(self) -> Sequence[ComputeService]:
        """Return the records of every nova-compute that nova can show.

        One request. What is in a cell that is down is left out.
        """

    def force_down(
        self,
        service: ComputeService,
        before: ServiceBefore,
        mark: ServiceMark,
        proof: OffProof,
    ) -> ComputeService:
        """Tell nova in ONE request that the host is down and disabled.

        Sends nothing that the operator had set already (``before``).
        Idempotent. Returns the record as nova answered.
        """

    def force_up(self, service: ComputeService) -> ComputeService:
        """Take the forced-down mark back.

        :raises ComputeRefused: with code 400 while nova still has
            evacuation records ``done`` for the host.
        """

    def enable(self, service: ComputeService) -> ComputeService:
        """Let the scheduler use the host again."""

    def disable(
        self, service: ComputeService, reason: str | None
    ) -> ComputeService:
        """Keep the scheduler from the host."""

    def annotate(self, service: ComputeService, reason: str) -> ComputeService:
        """Write another ``disabled_reason`` of a host that is disabled."""

    def all_services(self) -> Sequence[NovaService]:
        """Return all of nova's services, in one request."""

    def instances(
        self, host: str, since: datetime.datetime | None = None
    ) -> Sequence[Instance]:
        """Return every instance nova places on the host.

        All cells and projects, every page.

        :param since: only those changed since then; proves nothing about
            those that are not listed.
        """

    def present(self, host: str) -> frozenset[str]:
        """Return the uuids of the instances nova places on the host.

        As :meth:`instances`, but for a third of nova's time.
        """

    def instance(self, uuid: str) -> Instance:
        """Return one instance as it is now.

        :raises ComputeNotFound: it was deleted.
        """

    def named(self, name: str) -> Sequence[Instance]:
        """Return the instances with exactly this name; not a unique one."""

    def aggregates(self) -> Sequence[Aggregate]:
        """Return every host aggregate."""

    def add_to_aggregate(self, aggregate: int, host: str) -> None:
        """Add the host to the aggregate of this id.

        :raises ComputeRefused: with code 409: it is in already, is in
            another zone, or has instances that would change their zone.
        :raises ComputeNotFound: there is no such aggregate or host.
        """

    def remove_from_aggregate(self, aggregate: int, host: str) -> None:
        """Remove the host from the aggregate of this id.

        :raises ComputeRefused: with code 409: it has instances that would
            change their zone.
        :raises ComputeNotFound: it is not in, or there is no such aggregate.
        """

    def server_groups(self) -> Sequence[ServerGroup]:
        """Return every server group, of all projects."""

    def evacuate(
        self,
        instance: str,
        proof: OffProof,
        target_state: TargetState = TargetState.KEEP,
    ) -> str:
        """Ask nova to rebuild the instance elsewhere; return the request id.

        KEEP is asked for at a microversion <= 2.94, STOPPED at 2.95. An
        older nova keeps its state all the same, and so does any nova that
        of one in error, which ends active: whoever wants it stopped looks.

        :raises ComputeUnavailable: whether nova took it is not known.
        :raises ComputeRefused: nova did not take it.
        :raises ComputeNotFound: the instance was deleted.
        """

    def stop(self, instance: str) -> None:
        """Stop an instance that shall not run (os-stop)."""

    def rebuild(self, instance: str, image: str) -> None:
        """Ask nova to put an image on the instance's disk, where it is.

        All that was written to it is lost. It keeps its uuid, ports,
        addresses, name, metadata, key and user data, and its state.

        :raises ComputeUnavailable: whether nova took it is not known.
        :raises ComputeRefused: nova did not take it; 409 while another
            rebuild is under way.
        :raises ComputeNotFound: the instance was deleted.
        """

    def create_backup(
        self, instance: str, name: str, kind: str, rotation: int
    ) -> None:
        """Ask nova for a backup; it deletes all but so many of this kind.

        :raises ComputeRefused: not in its present state (409).
        """

    def pause(self, instance: str) -> None:
        """Pause an instance that was paused (pause)."""

    def reset_state(self, instance: str) -> None:
        """Call an instance active, whatever it is (os-resetState).

        Its task_state is cleared; a lock is kept. Idempotent.
        """

    def migrations(
        self,
        source: str,
        since: datetime.datetime | None = None,
        statuses: Collection[MigrationStatus] | None = None,
    ) -> Sequence[Migration]:
        """Return the evacuation records with this source, oldest first.

        :param since: only those changed since then.
        :param statuses: only those (a query each).
        """


class Images(Protocol):
    """Glance."""

    def newest_snapshot(self, instance: str) -> Snapshot | None:
        """Return the newest active snapshot or backup of an instance.

        Where none is active, the newest of another status: it says why
        none can be put back.

        :raises ImageError: glance cannot be asked.
        """

    def newest_snapshots(self) -> Mapping[str, Snapshot]:
        """Return the same for all instances at once, by instance."""

    def properties(self, image: str) -> Mapping[str, str]:
        """Return the properties of the image with this uuid.

        :raises ImageNotFound: there is no such image.
        """


class CensusTaker(Protocol):
    """Nova, asked about all its hosts and instances at once."""

    def census(self) -> Census:
        """Return what decides where instances may go.

        :raises ComputeError: nova cannot or will not say.
        """


class Placement(Protocol):
    """Placement, which is only read."""

    def providers(
        self,
        traits: Collection[str],
        aggregates: Collection[str],
        progress: Callable[[int, int], None],
    ) -> Sequence[Provider]:
        """Return every resource provider.

        :param traits: those that matter; others are not told.
        :param aggregates: uuids of those that matter.
        :param progress: is called with how many are read, of how many.
        :raises PlacementError: Placement cannot or will not say.
        """


class Modes(Protocol):
    """Where the mode is kept: the same for all controllers."""

    def read(self) -> Standing:
        """Return the mode as the store has it.

        :raises StoreUnavailable: the store is away.
        """

    def last_known(self) -> Standing | None:
        """Return what this machine last read, also before it was restarted.

        Asks nobody else; None where it never read any.
        """

    def write(self, standing: Standing) -> Standing:
        """Set the mode; return it as the store has it.

        :raises StoreUnavailable: it was not set.
        """


class Policy(Protocol):
    """What the operator wants done about instances."""

    def refresh(self) -> None:
        """Read in advance what decisions depend on; never raises."""

    def decide(
        self, host: str, instances: Sequence[Instance]
    ) -> Mapping[str, Decision]:
        """Return a decision for each of a host's instances, by uuid.

        :raises ComputeError: what it depends on could not be read.
        """

    def groups(self) -> Mapping[str, Group]:
        """Return the restart groups by name; empty when there are none."""


class Probe(Protocol):
    """Tries whether an instance serves."""

    def tcp(self, address: str, port: int) -> bool:
        """Whether a connection is accepted there, within a few seconds."""


class Cluster(Protocol):
    """Pacemaker, as the node this runs on sees it."""

    def look(self) -> ClusterView:
        """Read nodes, gates and fencing history afresh, all at once.

        :raises ClusterUnavailable: Pacemaker does not answer.
        """

    def set_gate(self, node: str, gate: Gate) -> None:
        """Write the node's permanent attribute; OPEN removes it.

        Idempotent. What Pacemaker makes of it is seen by :meth:`look`.

        :raises ClusterError: it was not written.
        """


class Records(Protocol):
    """What is on record of one recovery.

    Every method may raise StoreUnavailable.
    """

    def get(self, uuid: str) -> Recovery:
        """Return the recovery.

        :raises UnknownRecovery: there is none.
        """

    def evacuations(self, recovery: str) -> Sequence[Evacuation]:
        """Return the recovery's evacuations, in the order they were added."""

    def events(self, recovery: str) -> Sequence[RecoveryEvent]:
        """Return the recovery's history, oldest first."""


class RecoveryStore(Records, Protocol):
    """Journal and queue. One transaction a method; times by its own clock
    where leases are concerned.

    Every method may raise StoreUnavailable.
    """

    def open(
        self, recovery: Recovery, *events: RecoveryEvent, lease: float = 0.0
    ) -> Recovery:
        """Insert a new recovery with the events that led to its state.

        :param lease: the seconds for which its owner, if it names one,
            holds it from the very first moment.
        :raises ActiveRecoveryExists: its host has an active one.
        """

    def active(self, host: str) -> Recovery | None:
        """Return the host's recovery that has not ended, if any."""

    def recoveries(
        self,
        host: str | None = None,
        active: bool | None = None,
        limit: int | None = None,
    ) -> Sequence[Recovery]:
        """Return recoveries, newest first."""

    def claimable(self, owner: str) -> Sequence[Recovery]:
        """Return active recoveries that nobody else holds a lease of."""

    def claim(self, uuid: str, owner: str, lease: float) -> Recovery:
        """Take (or keep) the lease for so many seconds.

        Does not change the generation.

        :raises NotOwner: another owner's lease has not run out.
        """

    def renew(self, owner: str, lease: float) -> int:
        """Extend all leases of this owner; return how many."""

    def release(self, owner: str) -> int:
        """Give all leases of this owner up; return how many."""

    def save(
        self,
        recovery: Recovery,
        owner: str,
        events: Sequence[RecoveryEvent] = (),
    ) -> Recovery:
        """Write the row if nobody moved it since it was read.

        Everything but uuid, host, origin, owner and lease is written.
        Events are appended in the same transaction.

        :returns: the recovery with its new generation.
        :raises StaleRecovery: the generation in the store is another.
        :raises NotOwner: another owner holds the lease.
        """

    def related(
        self, groups: Collection[str], instances: Collection[str]
    ) -> Sequence[Evacuation]:
        """Return the evacuations of all active recoveries that are in one of
        these restart groups, or of one of these instances.
        """

    def save_evacuations(
        self,
        recovery: str,
        owner: str,
        evacuations: Sequence[Evacuation],
        events: Sequence[RecoveryEvent] = (),
        generation: int | None = None,
    ) -> None:
        """Insert or update evacuations, with their events, at once.

        :param generation: of the recovery as it was read; what is written
            on the strength of its off-proof must not outlive that proof.
        :raises NotOwner: another owner holds the lease.
        :raises StaleRecovery: the recovery is of another generation now.
        """

    def note(self, event: RecoveryEvent) -> None:
        """Append a line to a recovery's history."""

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Write down what would have been done."""

    def check(self) -> None:
        """Raise StoreUnavailable unless the store can be written now."""


class LoanStore(Protocol):
    """Which spare is lent to which recovery; as :class:`RecoveryStore`.

    Every method may raise StoreUnavailable.
    """

    def take_spare(
        self,
        loan: Loan,
        owner: str,
        lease: float,
        events: Sequence[RecoveryEvent] = (),
    ) -> Loan:
        """Write down a new loan, and this owner as the one who sees to it.

        :raises SpareTaken: the spare is on loan.
        :raises NotOwner: another owner holds the lease of its recovery.
        :raises UnknownRecovery: there is no such recovery.
        """

    def loans(
        self,
        recovery: str | None = None,
        spare: str | None = None,
        open_only: bool = False,
    ) -> Sequence[Loan]:
        """Return loans, oldest first.

        :param recovery: only those of this one.
        :param spare: only those of this host.
        :param open_only: only those that have not ended.
        """

    def claim_loans(self, owner: str, lease: float) -> Sequence[Loan]:
        """Take or keep the lease of every open loan nobody else sees to.

        :returns: those that are this owner's now, oldest first.
        """

    def save_loan(
        self,
        loan: Loan,
        owner: str,
        events: Sequence[RecoveryEvent] = (),
    ) -> Loan:
        """Write the row if nobody changed it since it was read.

        State, undo list, times and message are written, and events with
        them.

        :returns: the loan with its new generation.
        :raises StaleRecovery: the generation in the store is another.
        :raises NotOwner: another owner holds the lease of the loan.
        :raises UnknownLoan: there is none.
        """


class Archive(Records, Protocol):
    """What people read of the store, a page at a time; the engine does not.

    Every method may raise StoreUnavailable.
    """

    def recovery_page(self, query: RecoveryQuery) -> Page[Recovery]:
        """Return a page of recoveries.

        :raises UnknownMarker: the marker is no recovery.
        """

    def evacuation_page(
        self,
        recovery: str,
        states: Collection[EvacuationState],
        limit: int,
        marker: str | None,
    ) -> Page[Evacuation]:
        """Return a page of evacuations, in the order they were added.

        :param states: only those in one of these; all, if there are none.
        :param marker: uuid of the last instance of the page before.
        :raises UnknownRecovery: there is none.
        :raises UnknownMarker: the recovery has no such instance.
        """

    def event_page(
        self, recovery: str, after: int, limit: int
    ) -> Page[RecoveryEvent]:
        """Return a page of the recovery's history, oldest first.

        :param after: only lines with a greater id; 0: from the first on.
        :raises UnknownRecovery: there is none.
        """

    def rehearsal_page(
        self, limit: int, marker: str | None
    ) -> Page[Rehearsal]:
        """Return a page of rehearsals with their instances, newest first.

        :param marker: uuid of the last one of the page before.
        :raises UnknownMarker: there is no such rehearsal.
        """

    def rehearsal(self, uuid: str) -> Rehearsal:
        """Return one rehearsal with its instances.

        :raises UnknownRehearsal: there is none.
        """


class Store(RecoveryStore, LoanStore, Archive, Protocol):
    """All that is kept in one database."""


class Spool(Protocol):
    """Where verified power-offs wait on disk while the store is away."""

    def put(self, record: FenceRecord) -> None:
        """Write the record and see it on disk (fsync).

        :raises StoreUnavailable: it could not be written.
        """

    def entries(self) -> Sequence[tuple[str, FenceRecord]]:
        """Return the waiting records with their keys, oldest first."""

    def remove(self, key: str) -> None:
        """Forget a record that the store has taken in."""

    def check(self) -> None:
        """Raise StoreUnavailable unless the spool can be written now."""


class Notifier(Protocol):
    """Tells people."""

    def moved(self, recovery: Recovery, event: str) -> None:
        """A recovery has changed its state."""

    def alarm(self, recovery: Recovery, message: str) -> None:
        """Somebody has to look: something waits beyond its deadline."""

    def trouble(self, subject: str, message: str) -> None:
        """Somebody has to look, though no recovery is concerned.

        :param subject: what it is about, for people: ``backups``.
        """


class Clock(Protocol):
    """Time, so that tests can run it."""

    def now(self) -> datetime.datetime:
        """Aware UTC."""

    def monotonic(self) -> float:
        """Seconds on a scale that never jumps."""

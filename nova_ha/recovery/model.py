# SPDX-License-Identifier: Apache-2.0
"""Values that cross the ports: frozen, without behaviour of their own.

All times are aware UTC datetimes.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import enum
from typing import Any
from typing import Self

from nova_ha.recovery import errors
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import RecoveryState
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState

PRIORITY = 500
"""Where nothing says otherwise; 0 to 1000, the greater the sooner."""


@dataclasses.dataclass(frozen=True, slots=True)
class PowerDevice:
    """One way to take a host's power away: a BMC, an outlet.

    :ivar driver: entry point name in ``nova_ha.power``.
    :ivar parameters: the driver's own, checked against its schema. May hold
        a password, so they never appear in a repr.
    """

    driver: str
    parameters: Mapping[str, Any] = dataclasses.field(
        default_factory=dict, repr=False
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Host:
    """A compute host as the hosts file describes it.

    :ivar name: nova's ``service.host``.
    :ivar node: Pacemaker's name of it; the same unless said otherwise.
    :ivar devices: at least one, in the order in which they are tried. Each
        takes the power away by itself.
    :ivar node_address: where pacemaker_remote answers; '' where ``node``
        resolves to it.
    :ivar reserved: a spare: kept disabled in nova until another host fails.
    """

    name: str
    node: str
    devices: tuple[PowerDevice, ...]
    node_address: str = ''
    reserved: bool = False

    @property
    def drivers(self) -> tuple[str, ...]:
        """The names of the devices' drivers, in the devices' order."""
        return tuple(device.driver for device in self.devices)


@dataclasses.dataclass(frozen=True, slots=True)
class OffProof:
    """Nothing that ran on the host before ``verified_at`` runs any more.

    Force-down and evacuate take one as an argument: without it the call
    cannot be written. Only a power driver, or a person on the record, makes
    one.

    :ivar host: nova's name of the host.
    :ivar method: driver name, or ``confirmed`` for a person's word.
    :ivar witness: who saw it and where, for people to read.
    :ivar verified_at: when the fresh read said off.
    :ivar was_running: the host was found on and had to be switched off;
        None where the witness cannot know.
    """

    host: str
    method: str
    witness: str
    verified_at: datetime.datetime
    was_running: bool | None = None

    def __post_init__(self) -> None:
        if self.verified_at.tzinfo is None:
            raise ValueError('OffProof.verified_at must be timezone-aware')


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceBefore:
    """How the operator had left nova's service before nova-ha touched it.

    Written down before the first change, so that only what nova-ha set
    itself is ever undone (promise 4).
    """

    disabled: bool
    disabled_reason: str | None
    forced_down: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Recovery:
    """One failed host brought back to order; a row of the store.

    :ivar generation: grows by one with every save; a save with an old
        generation is refused.
    :ivar owner: the controller whose engine drives it, while
        ``lease_expires_at`` (database clock) lies ahead.
    :ivar fencing_since: when the present incident's fencing was asked for;
        an off-proof older than this proves nothing.
    :ivar state_since: when the present state was entered.
    :ivar service_before: see :class:`ServiceBefore`; None until recorded.
    :ivar service_reported_at: nova's ``updated_at`` of the service right
        after our own last change, the base for seeing fresh reports.
    :ivar message: what it waits for or why it failed, for people.
    :ivar power_on_asked_at: when it was asked that the host be powered on
        once that is right; None when nobody asked, or when it is done.
    :ivar sealed_at: when the host was read off while its gate was seen shut:
        from then on the gate alone keeps nova-compute from starting there.
        None while only the power does.
    :ivar released_at: when an operator overruled the guards; good for the
        incident that had begun by then.
    :ivar let_return_at: when an operator let a host in that fails again and
        again; likewise.
    """

    uuid: str
    host: str
    state: RecoveryState
    origin: str
    reason: str
    requested_at: datetime.datetime
    fencing_since: datetime.datetime
    state_since: datetime.datetime
    updated_at: datetime.datetime
    generation: int = 0
    owner: str | None = None
    lease_expires_at: datetime.datetime | None = None
    off_proof: OffProof | None = None
    service_before: ServiceBefore | None = None
    service_reported_at: datetime.datetime | None = None
    message: str = ''
    power_on_asked_at: datetime.datetime | None = None
    sealed_at: datetime.datetime | None = None
    released_at: datetime.datetime | None = None
    let_return_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Evacuation:
    """One instance of one recovery.

    :ivar vm_state: nova's vm_state when the host failed, and so the one
        expected at the end; ``error`` ends as ``active``.
    :ivar target: the host it runs on in the end (or is going to).
    :ivar attempts: evacuate requests sent so far.
    :ivar last_migration: greatest id of a migration record of this instance
        that was there before the present attempt; a record of the attempt
        has a greater one. 0 means none.
    :ivar migration: id of the present attempt's record; None until seen.
    :ivar request_id: nova's request id of the last accepted request.
    :ivar not_before: do not ask again earlier than this.
    :ivar asked_at: when the last request was sent.
    :ivar priority: 0 to 1000; the greater is asked for sooner.
    :ivar group: its restart group, '' for none.
    :ivar target_state: what it shall be elsewhere.
    :ivar storage: where its disks are.
    :ivar disk: what is done about local disks; None where there are none.
    :ivar decision: in words, which rule decided what.
    :ivar snapshot: the image that is, or was, put back; None for none.
        Written before the evacuation is asked for.
    :ivar max_age: seconds; an older snapshot is not put back. None: any.
    :ivar image: the image it was made from, where it falls back to.
    :ivar restores: rebuild requests sent so far.
    :ivar restore_asked_at: when the last of them was written down.
    :ivar reset_state: where nova refuses its state, that may be reset.
    """

    recovery: str
    instance: str
    name: str
    state: EvacuationState
    source: str
    vm_state: str
    target: str | None = None
    attempts: int = 0
    last_migration: int = 0
    migration: int | None = None
    request_id: str | None = None
    asked_at: datetime.datetime | None = None
    not_before: datetime.datetime | None = None
    ended_at: datetime.datetime | None = None
    message: str = ''
    priority: int = PRIORITY
    group: str = ''
    target_state: TargetState = TargetState.KEEP
    storage: StorageClass = StorageClass.SHARED
    disk: DiskPolicy | None = None
    decision: str = ''
    snapshot: str | None = None
    max_age: int | None = None
    image: str | None = None
    restores: int = 0
    restore_asked_at: datetime.datetime | None = None
    reset_state: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class RecoveryEvent:
    """A line of a recovery's history; only ever appended.

    :ivar name: an :class:`~.states.Event` or a milestone such as
        ``fence_answered``.
    :ivar id: of the line in the store, where the greater one was written
        later; None until it is written. It is not what makes it another.
    """

    recovery: str
    at: datetime.datetime
    name: str
    state: RecoveryState
    message: str = ''
    instance: str | None = None
    id: int | None = dataclasses.field(default=None, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class FenceRecord:
    """A verified power-off, as the spool keeps it while the store is away.

    :ivar power_on_asked_at: see :class:`Recovery`.
    """

    host: str
    origin: str
    reason: str
    requested_at: datetime.datetime
    off_proof: OffProof
    power_on_asked_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ComputeService:
    """Nova's record of a host's nova-compute (GET /os-services, 2.53).

    :ivar up: nova's own verdict (``state``), forced_down included.
    :ivar updated_at: moves with every report of nova-compute, but also with
        every PUT by anyone: it is not a heartbeat by itself.
    :ivar zone: the availability zone, for people to read.
    """

    id: str
    host: str
    up: bool
    disabled: bool
    disabled_reason: str | None
    forced_down: bool
    updated_at: datetime.datetime | None
    zone: str = dataclasses.field(default='', compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class NovaService:
    """One of nova's own services, of whatever kind (GET /os-services).

    :ivar zone: the availability zone of a nova-compute; ``internal`` else.
    :ivar up: nova's own verdict; it takes a minute to miss a dead one.
    """

    binary: str
    host: str
    zone: str
    up: bool
    forced_down: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Instance:
    """A server, as far as evacuating it is concerned.

    :ivar image: uuid of the image it was made from; None when it was booted
        from a volume.
    :ivar flavor: the flavor's name; its extra specs are beside it.
    :ivar local_gb: GiB of disks that are not volumes: the root disk of one
        made from an image, ephemeral disks and swap. A root disk that is as
        large as its image (flavors with disk 0) counts as none.
    :ivar swap_gb: the part of it that is swap, which holds nothing worth
        keeping.
    :ivar root_gb: GiB of the flavor's root disk; 0 is no limit.
    :ivar ram_mb: MiB of the flavor's memory.
    :ivar addresses: its fixed and floating addresses, in nova's order.
    """

    uuid: str
    name: str
    host: str | None
    vm_state: str
    task_state: str | None
    fault: str | None = None
    project: str = ''
    availability_zone: str = ''
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    flavor: str = ''
    extra_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    image: str | None = None
    local_gb: float = 0.0
    root_gb: int = 0
    ram_mb: int = 0
    swap_gb: float = 0.0
    locked: bool = False
    addresses: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Aggregate:
    """A host aggregate; one with an availability zone is also that zone.

    :ivar metadata: without ``availability_zone``.
    """

    id: int
    name: str
    availability_zone: str
    hosts: frozenset[str]
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """An image that was taken of an instance (glance v2).

    :ivar instance: uuid of the instance.
    :ivar image_type: ``snapshot`` or ``backup``, as nova writes it.
    :ivar status: glance's own word; only an ``active`` one can be put back.
    :ivar size: bytes; None while it is not uploaded.
    :ivar min_disk: GiB that a flavor's root disk must have at least.
    :ivar min_ram: MiB of memory, likewise.
    """

    uuid: str
    instance: str
    name: str
    image_type: str
    status: str
    created_at: datetime.datetime
    size: int | None = None
    min_disk: int = 0
    min_ram: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class ServerGroup:
    """Instances that nova keeps apart, or together.

    :ivar policy: ``anti-affinity``, ``affinity``, or a ``soft-`` one.
    :ivar members: instances, without those that were deleted.
    """

    id: str
    name: str
    policy: str
    members: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about one instance, and why.

    :ivar evacuate: False: it stays, and its row says why.
    :ivar priority: 0 to 1000; the greater is asked for sooner.
    :ivar group: its restart group, '' for none.
    :ivar disk: what is done about local disks; None where there are none.
    :ivar wait: how long it waits for its host, where ``disk`` is wait.
    :ivar then: what is done after that; never wait.
    :ivar max_age: of a snapshot that is put back, now or after the wait;
        None: any age will do.
    :ivar reset_state: an instance in a state that nova does not evacuate is
        brought into one that it does, and back.
    :ivar because: by the name of the question (``evacuate``, ``priority``,
        ``storage`` ...), in words, what decided it.
    :ivar unsure: what could not be read though ``evacuate``, ``storage`` or
        ``disk`` may depend on it. They are decided with the most care then,
        and an instance that stays for this is not left but has failed.
    """

    evacuate: bool = True
    priority: int = PRIORITY
    group: str = ''
    target_state: TargetState = TargetState.KEEP
    storage: StorageClass = StorageClass.SHARED
    disk: DiskPolicy | None = None
    wait: datetime.timedelta | None = None
    then: DiskPolicy | None = None
    max_age: datetime.timedelta | None = None
    reset_state: bool = False
    because: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unsure: str = ''

    def __str__(self) -> str:
        return '; '.join(
            f'{question}{self._answer(question)}: {why}'
            for question, why in self.because.items()
        )

    def _answer(self, question: str) -> str:
        known = question in self.__dataclass_fields__
        return f' {_in_words(getattr(self, question))}' if known else ''


def _in_words(answer: object) -> str:
    if isinstance(answer, bool):
        return 'yes' if answer else 'no'
    if isinstance(answer, enum.Enum):
        return str(answer.value)
    return 'none' if answer is None or answer == '' else str(answer)


@dataclasses.dataclass(frozen=True, slots=True)
class Migration:
    """Nova's record of one evacuation (GET /os-migrations)."""

    id: int
    instance: str
    source: str
    target: str | None
    status: MigrationStatus
    raw_status: str


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceMark:
    """What nova-ha writes into ``disabled_reason``: whose doing this is.

    :ivar recovery: uuid of the recovery.
    :ivar at: when the host was declared down.
    """

    recovery: str
    at: datetime.datetime

    PREFIX = 'nova-ha: recovery '
    NOTE = '; '
    """Before what is added for people."""

    def __str__(self) -> str:
        at = self.at.strftime('%Y-%m-%dT%H:%M:%SZ')
        return f'{self.PREFIX}{self.recovery} since {at}'

    def noted(self, note: str) -> str:
        """Return the mark with a word for people behind it."""
        return f'{self}{self.NOTE}{note}'

    def is_in(self, disabled_reason: str | None) -> bool:
        """Whether the reason is this mark, with or without a word more."""
        reason = disabled_reason or ''
        return reason == str(self) or reason.startswith(f'{self}{self.NOTE}')

    @classmethod
    def recovery_of(cls, disabled_reason: str | None) -> str | None:
        """Return the uuid of the recovery that wrote this reason, if any."""
        if not disabled_reason or not disabled_reason.startswith(cls.PREFIX):
            return None
        return disabled_reason[len(cls.PREFIX) :].split(' ', 1)[0]

    @classmethod
    def read(cls, disabled_reason: str | None) -> 'ServiceMark | None':
        """Return the mark that this reason is, to the second; None if it
        is none, or not one that can be read in full.
        """
        recovery = cls.recovery_of(disabled_reason)
        if recovery is None or disabled_reason is None:
            return None
        _, _, at = disabled_reason.partition(' since ')
        at, _, _ = at.partition(cls.NOTE)
        try:
            return cls(recovery, datetime.datetime.fromisoformat(at))
        except ValueError:
            return None


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterNode:
    """A node as Pacemaker sees it.

    :ivar name: Pacemaker's name of it.
    :ivar remote: pacemaker_remote runs there, not the whole cluster.
    :ivar online: it answers; Pacemaker can run things there.
    :ivar unclean: it was lost and has not been fenced yet.
    :ivar gate: see :class:`~.states.Gate`.
    :ivar compute_active: the resource nova-compute is active there, or may
        be: it is being started or stopped, or its state is not known.
    :ivar compute_unknown: active only in so far as nobody has looked: the
        node is lost, or Pacemaker does not look there for the resource, as
        is right for controllers.
    """

    name: str
    remote: bool
    online: bool
    unclean: bool
    gate: Gate
    compute_active: bool
    compute_unknown: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class NodeFence:
    """A line of Pacemaker's fencing history.

    :ivar node: Pacemaker's name of the target.
    :ivar action: ``off``, ``reboot`` or ``on``.
    :ivar succeeded: True or False once it is over; None while it is not.
    :ivar at: when it ended; None while it has not.
    :ivar by: which node had it done, or ``a human`` for
        ``stonith_admin --confirm``.
    :ivar client: who asked for it.
    """

    node: str
    action: str
    succeeded: bool | None
    at: datetime.datetime | None
    by: str
    client: str


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterView:
    """Pacemaker's picture of the cluster, read in one go.

    :ivar quorate: this partition has quorum; no other one is believed.
    :ivar nodes: by Pacemaker's names.
    :ivar fences: the fencing history, oldest first.
    """

    quorate: bool
    nodes: Mapping[str, ClusterNode]
    fences: Sequence[NodeFence]

    def believed(self) -> Self:
        """Return it, if it is to be believed.

        :raises ClusterUnavailable: it is not.
        """
        if not self.quorate:
            raise errors.ClusterUnavailable(
                'this partition of the cluster has no quorum: nothing that '
                'it says is believed'
            )
        return self

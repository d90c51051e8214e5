# SPDX-License-Identifier: Apache-2.0
"""Nova's rows, as the simulated nova keeps them."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.states import MigrationStatus
from tests.simulator.timeline import Timeline

ACCEPTED = 'accepted'
PRE_MIGRATING = 'pre-migrating'
DONE = 'done'
COMPLETED = 'completed'
FAILED = 'failed'
ERROR = 'error'

UNDER_WAY = frozenset({ACCEPTED, PRE_MIGRATING})
BLOCKING = UNDER_WAY | {DONE}


@dataclasses.dataclass
class Service:
    """A nova-compute's service record.

    :ivar operator_disabled: and
    :ivar operator_forced: and
    :ivar operator_enabled: what a person wants; nova itself does not know.
    """

    host: str
    last_seen: datetime.datetime
    updated_at: datetime.datetime
    disabled: bool = False
    reason: str | None = None
    forced_down: bool = False
    operator_disabled: bool = False
    operator_forced: bool = False
    operator_enabled: bool = False

    def up(self, now: datetime.datetime) -> bool:
        silent = (now - self.last_seen).total_seconds()
        return not self.forced_down and silent <= 60

    def seen(self, now: datetime.datetime) -> ComputeService:
        return ComputeService(
            id=f'service-{self.host}',
            host=self.host,
            up=self.up(now),
            disabled=self.disabled,
            disabled_reason=self.reason,
            forced_down=self.forced_down,
            updated_at=self.updated_at,
        )


class Services(dict[str, Service]):
    """By host; called, it answers as the port does."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline

    def __call__(self) -> Sequence[ComputeService]:
        now = self._timeline.now()
        return [service.seen(now) for service in self.values()]


@dataclasses.dataclass
class Server:
    """An instance.

    :ivar spoilt: two evacuations have met: it never rests again.
    :ivar local: its disk is on its host, and goes with it.
    :ivar disk: what is on its disk: an image, and what the guest wrote.
    :ivar rebuilds: how many requests for a rebuild were taken.
    :ivar looks: whatever else nova shows of it.
    """

    uuid: str
    name: str
    host: str | None
    vm_state: str = 'active'
    task_state: str | None = None
    fault: str | None = None
    deleted: bool = False
    spoilt: bool = False
    local: bool = False
    image: str = 'image'
    disk: str = 'image, written to'
    rebuilds: int = 0
    root_gb: int = 10
    tags: frozenset[str] = frozenset()
    looks: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    locked: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        return (f'fixed-of-{self.name}', f'floating-of-{self.name}')

    def seen(self) -> Instance:
        fields: dict[str, Any] = {
            'image': self.image if self.local else None,
            'flavor': 'small',
            'local_gb': float(self.root_gb if self.local else 0),
            'root_gb': self.root_gb,
            'ram_mb': 512,
            'tags': self.tags,
            'locked': self.locked,
            'addresses': self.addresses,
        }
        return Instance(
            uuid=self.uuid,
            name=self.name,
            host=self.host,
            vm_state=self.vm_state,
            task_state=self.task_state,
            fault=self.fault,
            **{**fields, **self.looks},
        )


@dataclasses.dataclass
class Record:
    """A migration of type evacuation.

    :ivar updated_at: None until its first change, as in nova.
    :ivar by_operator: not asked for by nova-ha.
    """

    id: int
    instance: str
    source: str
    created_at: datetime.datetime
    target: str | None = None
    status: str = ACCEPTED
    updated_at: datetime.datetime | None = None
    by_operator: bool = False

    def set(self, status: str, now: datetime.datetime) -> None:
        self.status = status
        self.updated_at = now

    def seen(self) -> Migration:
        try:
            status = MigrationStatus(self.status)
        except ValueError:
            status = MigrationStatus.OTHER
        return Migration(
            id=self.id,
            instance=self.instance,
            source=self.source,
            target=self.target,
            status=status,
            raw_status=self.status,
        )

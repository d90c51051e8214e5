# SPDX-License-Identifier: Apache-2.0
"""Nova's rows, as the simulated nova keeps them."""

import dataclasses
import datetime

from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.states import MigrationStatus

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
    :ivar operator_forced: what a person wants; nova itself does not know.
    """

    host: str
    last_seen: datetime.datetime
    updated_at: datetime.datetime
    disabled: bool = False
    reason: str | None = None
    forced_down: bool = False
    operator_disabled: bool = False
    operator_forced: bool = False

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


@dataclasses.dataclass
class Server:
    """An instance.

    :ivar spoilt: two evacuations have met: it never rests again.
    """

    uuid: str
    name: str
    host: str | None
    vm_state: str = 'active'
    task_state: str | None = None
    fault: str | None = None
    deleted: bool = False
    spoilt: bool = False
    locked: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        return (f'fixed-of-{self.name}', f'floating-of-{self.name}')

    def seen(self) -> Instance:
        return Instance(
            uuid=self.uuid,
            name=self.name,
            host=self.host,
            vm_state=self.vm_state,
            task_state=self.task_state,
            fault=self.fault,
            locked=self.locked,
            addresses=self.addresses,
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

# SPDX-License-Identifier: Apache-2.0
"""Nova's rows as values of the heart.

A row that lacks what is needed raises KeyError, TypeError or ValueError;
:mod:`.answers` translates.
"""

from collections.abc import Mapping
import datetime
from typing import Any

from nova_ha.recovery import errors
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.states import MigrationStatus

Row = Mapping[str, Any]

UNKNOWN = 'unknown'
"""vm_state of an instance whose cell's database is down."""

DELETED = 'deleted'
"""vm_state of an instance that is told of only as a change."""


def service(row: Row) -> ComputeService:
    """Return a service record (2.53 and later).

    :raises ComputeUnavailable: the row is the stub nova shows (2.69) for a
        cell whose database is down; it says neither up nor down.
    """
    if is_stub(row):
        raise errors.ComputeUnavailable(
            f'nova knows nothing of nova-compute on {row["host"]} now: the '
            'database of its cell does not answer'
        )
    return ComputeService(
        id=str(row['id']),
        host=str(row['host']),
        up=row['state'] == 'up',
        disabled=row['status'] == 'disabled',
        disabled_reason=row['disabled_reason'],
        forced_down=bool(row['forced_down']),
        updated_at=_time(row['updated_at']),
        zone=str(row.get('zone') or ''),
    )


def is_stub(row: Row) -> bool:
    """Whether nova shows (2.69) no more than that there is a service."""
    return row['status'] == 'UNKNOWN' or 'state' not in row


def nova_service(row: Row) -> NovaService:
    """Return one of nova's services; a stub of a down cell is not up."""
    return NovaService(
        binary=str(row['binary']),
        host=str(row['host']),
        zone=str(row.get('zone') or ''),
        up=row.get('state') == 'up',
        forced_down=bool(row.get('forced_down')),
    )


def instance(row: Row) -> Instance:
    """Return a server; vm_state ``unknown`` where its cell is down."""
    fault = row.get('fault') or {}
    flavor = row.get('flavor') or {}
    image = row.get('image') or {}  # '' where it was booted from a volume
    return Instance(
        uuid=str(row['id']),
        name=str(row.get('name') or ''),
        host=row.get('OS-EXT-SRV-ATTR:host'),
        vm_state=row.get('OS-EXT-STS:vm_state') or UNKNOWN,
        task_state=row.get('OS-EXT-STS:task_state'),
        fault=fault.get('message'),
        project=str(row.get('tenant_id') or ''),
        availability_zone=str(row.get('OS-EXT-AZ:availability_zone') or ''),
        metadata=row.get('metadata') or {},
        tags=frozenset(row.get('tags') or ()),
        flavor=str(flavor.get('original_name') or ''),
        extra_specs=flavor.get('extra_specs') or {},
        image=image.get('id'),
        local_gb=_local_gb(flavor, bool(image)),
        root_gb=int(flavor.get('disk') or 0),
        ram_mb=int(flavor.get('ram') or 0),
        swap_gb=_swap_gb(flavor),
        locked=bool(row.get('locked')),
        addresses=tuple(
            str(address['addr'])
            for network in (row.get('addresses') or {}).values()
            for address in network
        ),
    )


def _local_gb(flavor: Row, has_image: bool) -> float:
    """Return GiB of disks that are no volumes."""
    root = flavor.get('disk') or 0 if has_image else 0
    ephemeral = flavor.get('ephemeral') or 0
    return float(root + ephemeral) + _swap_gb(flavor)


def _swap_gb(flavor: Row) -> float:
    """Return GiB of swap, which nova counts in MiB."""
    return float(flavor.get('swap') or 0) / 1024


def aggregate(row: Row) -> Aggregate:
    """Return a host aggregate."""
    metadata = dict(row.get('metadata') or {})
    metadata.pop('availability_zone', None)
    return Aggregate(
        id=int(row['id']),
        name=str(row['name']),
        availability_zone=str(row.get('availability_zone') or ''),
        hosts=frozenset(map(str, row['hosts'])),
        metadata=metadata,
    )


def server_group(row: Row) -> ServerGroup:
    """Return a server group; below 2.64 its policy is in a list."""
    policies = [row['policy']] if 'policy' in row else row['policies']
    return ServerGroup(
        id=str(row['id']),
        name=str(row['name']),
        policy=str(policies[0]) if policies else '',
        members=frozenset(map(str, row['members'])),
    )


def is_evacuation_from(row: Row, source: str) -> bool:
    """Whether the record is what was asked for.

    :raises ComputeForbidden: nova hides the hosts from the user.
    """
    if row['source_compute'] is None:
        raise errors.ComputeForbidden(
            'nova hides the hosts of migrations: the user of [nova] needs '
            'the role admin, or the policy '
            'os_compute_api:os-migrations:index:host',
            403,
        )
    found = (row['migration_type'], row['source_compute'])
    return found == ('evacuation', source)


def migration(row: Row) -> Migration:
    """Return an evacuation record."""
    raw = str(row['status'])
    return Migration(
        id=int(row['id']),
        instance=str(row['instance_uuid']),
        source=str(row['source_compute']),
        target=row['dest_compute'] or None,
        status=_status(raw),
        raw_status=raw,
    )


def _status(raw: str) -> MigrationStatus:
    try:
        return MigrationStatus(raw)
    except ValueError:
        return MigrationStatus.OTHER


def _time(text: str | None) -> datetime.datetime | None:
    """Return nova's time, which is UTC without saying so."""
    if text is None:
        return None
    at = datetime.datetime.fromisoformat(text)
    if at.tzinfo is None:
        return at.replace(tzinfo=datetime.UTC)
    return at.astimezone(datetime.UTC)

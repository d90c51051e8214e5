# SPDX-License-Identifier: Apache-2.0
"""Glance's rows as values of the heart.

A row that lacks what is needed raises KeyError, TypeError or ValueError;
:mod:`.answers` translates.
"""

from collections.abc import Mapping
import datetime
from typing import Any

from nova_ha.recovery.model import Snapshot

Row = Mapping[str, Any]

TYPES = frozenset({'snapshot', 'backup'})
"""What nova calls the images that it makes of instances (image_type)."""

OF_GLANCE = frozenset(
    {
        'checksum',
        'container_format',
        'created_at',
        'direct_url',
        'disk_format',
        'file',
        'id',
        'locations',
        'min_disk',
        'min_ram',
        'name',
        'os_hash_algo',
        'os_hash_value',
        'os_hidden',
        'owner',
        'protected',
        'schema',
        'self',
        'size',
        'status',
        'stores',
        'tags',
        'updated_at',
        'virtual_size',
        'visibility',
    }
)
"""Fields of glance's own; whatever else a row has is a property."""


def is_snapshot(row: Row) -> bool:
    """Whether nova made it of an instance."""
    return row.get('image_type') in TYPES and bool(row.get('instance_uuid'))


def snapshot(row: Row) -> Snapshot:
    """Return an image that is one."""
    size = row.get('size')
    return Snapshot(
        uuid=str(row['id']),
        instance=str(row['instance_uuid']),
        name=str(row.get('name') or ''),
        image_type=str(row['image_type']),
        status=str(row['status']),
        created_at=_time(row['created_at']),
        size=None if size is None else int(size),
        min_disk=int(row.get('min_disk') or 0),
        min_ram=int(row.get('min_ram') or 0),
    )


def properties(row: Row) -> Mapping[str, str]:
    """Return what people, and nova, have written onto an image."""
    return {
        str(key): str(value)
        for key, value in row.items()
        if key not in OF_GLANCE and value is not None
    }


def _time(text: str) -> datetime.datetime:
    at = datetime.datetime.fromisoformat(text)
    if at.tzinfo is None:
        return at.replace(tzinfo=datetime.UTC)
    return at.astimezone(datetime.UTC)

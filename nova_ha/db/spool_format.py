# SPDX-License-Identifier: Apache-2.0
"""How a verified power-off looks in a file of the spool."""

from collections.abc import Mapping
import dataclasses
import datetime
import json
from typing import Any

from nova_ha.recovery.model import FenceRecord
from nova_ha.recovery.model import OffProof

VERSION = 1
"""Grows when a file of the older format would be misunderstood."""

KINDS: Mapping[str, type | tuple[type, ...]] = {
    'host': str,
    'origin': str,
    'reason': str,
    'requested_at': str,
    'off_proof': dict,
    'method': str,
    'witness': str,
    'verified_at': str,
    'was_running': (bool, type(None)),
    'power_on_asked_at': (str, type(None)),
}

ADDED: Mapping[str, object] = {'power_on_asked_at': None}
"""What files of an earlier release of this version lack, and what that
means: a spool may wait over an upgrade."""


class CorruptRecord(Exception):
    """The text is no record of a format known here; it says why."""


def dump(record: FenceRecord) -> str:
    """Return the record as JSON."""
    content = {'version': VERSION, **dataclasses.asdict(record)}
    return json.dumps(content, default=_time_as_text, indent=1) + '\n'


def load(content: bytes) -> FenceRecord:
    """Return the record.

    :raises CorruptRecord: it cannot be understood in full.
    """
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CorruptRecord(f'not JSON: {error}') from None
    if not isinstance(values, dict):
        raise CorruptRecord('not a JSON object')
    version = values.pop('version', None)
    if version != VERSION:
        raise CorruptRecord(
            f'format version {version!r}, this release knows {VERSION}'
        )
    values = {**ADDED, **values}
    _check(values, FenceRecord, 'record')
    _check(values['off_proof'], OffProof, 'off_proof')
    proof = {**values['off_proof']}
    proof['verified_at'] = _time(proof, 'verified_at')
    values['requested_at'] = _time(values, 'requested_at')
    values['off_proof'] = OffProof(**proof)
    if values['power_on_asked_at'] is not None:
        values['power_on_asked_at'] = _time(values, 'power_on_asked_at')
    return FenceRecord(**values)


def _time_as_text(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(f'{value!r} has no place in a spool file')


def _check(values: Mapping[str, Any], kind: type, where: str) -> None:
    """See that all fields are there, none beside, each of its type."""
    wanted = {field.name for field in dataclasses.fields(kind)}
    if unknown := sorted(values.keys() - wanted):
        raise CorruptRecord(f'{where} has unknown keys: {unknown}')
    if missing := sorted(wanted - values.keys()):
        raise CorruptRecord(f'{where} lacks keys: {missing}')
    for name, value in values.items():
        if not isinstance(value, KINDS[name]):
            raise CorruptRecord(f'{name} of {where} is {value!r}')


def _time(values: Mapping[str, Any], name: str) -> datetime.datetime:
    try:
        time = datetime.datetime.fromisoformat(values[name])
    except ValueError:
        raise CorruptRecord(f'{name} is no time: {values[name]!r}') from None
    if time.tzinfo is None:
        raise CorruptRecord(f'{name} has no time zone: {values[name]!r}')
    return time

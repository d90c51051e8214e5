# SPDX-License-Identifier: Apache-2.0
"""The heart's values as JSON; times are ISO 8601 with their offset."""

import dataclasses
import datetime
import enum
from typing import Any

from nova_ha.api.ports import FenceAnswer
from nova_ha.recovery import device_check
from nova_ha.recovery import explaining
from nova_ha.recovery import host_report
from nova_ha.recovery import model
from nova_ha.recovery import modes
from nova_ha.recovery import rehearsal as rehearsals
from nova_ha.recovery import spare_list
from nova_ha.recovery import spares


def fence_answer(answer: FenceAnswer) -> dict[str, Any]:
    """Return what a fence request is answered with."""
    return {
        'recovery': answer.recovery,
        'state': _plain(answer.state),
        'spooled': answer.spooled,
        'mode': answer.mode.value,
        'off_proof': _fields(answer.proof),
    }


def host(value: model.Host) -> dict[str, Any]:
    """Leave the devices' parameters out: they hold passwords."""
    return {
        'name': value.name,
        'node': value.node,
        'drivers': list(value.drivers),
    }


def standing(value: modes.Standing) -> dict[str, Any]:
    """Return the mode and whose doing it is."""
    return _fields(value)


def recovery(value: model.Recovery) -> dict[str, Any]:
    """Return all of a recovery, with its off-proof."""
    return _fields(value)


def evacuation(value: model.Evacuation) -> dict[str, Any]:
    """Return all of an evacuation but the recovery it is shown with."""
    return _fields(value, leave_out='recovery')


def event(value: model.RecoveryEvent) -> dict[str, Any]:
    """Return all of an event but the recovery it is shown with."""
    return _fields(value, leave_out='recovery')


def loan(value: spares.Loan) -> dict[str, Any]:
    """Return all of the loan of a spare, with its undo list."""
    return _fields(value)


def host_report_of(value: host_report.HostReport) -> dict[str, Any]:
    """Return a host as everybody has it."""
    return _fields(value)


def host_check(value: device_check.HostCheck) -> dict[str, Any]:
    """Return what a look at a host's power devices has found."""
    return _fields(value)


def explained(value: explaining.Explained) -> dict[str, Any]:
    """Return what would become of an instance, and why."""
    return _fields(value)


def spare(value: spare_list.SpareRow) -> dict[str, Any]:
    """Return a reserved host, or the loan of one."""
    return _fields(value)


def rehearsal(value: rehearsals.Rehearsal) -> dict[str, Any]:
    """Return what would have been done, instance by instance."""
    return _fields(value)


def _fields(value: Any, leave_out: str = '') -> dict[str, Any]:
    return {
        field.name: _plain(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if field.name != leave_out
    }


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return _fields(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value

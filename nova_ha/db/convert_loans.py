# SPDX-License-Identifier: Apache-2.0
"""Between rows of loans and the value that crosses the port.

The undo list is JSON::

    {"enabled": true,
     "disabled_reason": "spare",
     "aggregates": [{"id": 3, "name": "ssd"}]}
"""

import json
from typing import Any

from nova_ha.db import models
from nova_ha.recovery import errors
from nova_ha.recovery import spares

Values = dict[str, Any]


def loan(row: models.LoanRow) -> spares.Loan:
    """Return the loan a row holds."""
    try:
        state = spares.LoanState(row.state)
    except ValueError:
        raise errors.StoreError(
            f'the store holds the LoanState {row.state!r}, which this release '
            'does not know: was it written by a newer nova-ha?'
        ) from None
    return spares.Loan(
        uuid=row.uuid,
        spare=row.spare,
        recovery=row.recovery,
        host=row.host,
        state=state,
        undo=_undo(row),
        taken_at=row.taken_at,
        state_since=row.state_since,
        returned_at=row.returned_at,
        generation=row.generation,
        owner=row.owner,
        lease_expires_at=row.lease_expires_at,
        message=row.message,
    )


def new_values(value: spares.Loan) -> Values:
    """Return what a new row holds, without owner and lease."""
    return {
        **values(value),
        'uuid': value.uuid,
        'spare': value.spare,
        'recovery': value.recovery,
        'host': value.host,
        'taken_at': value.taken_at,
        'generation': value.generation,
    }


def values(value: spares.Loan) -> Values:
    """Return what a save may change, beside the generation."""
    ended = value.state in spares.ENDED
    return {
        'open_spare': None if ended else value.spare,
        'state': value.state.value,
        'undo': json.dumps(
            {
                'enabled': value.undo.enabled,
                'disabled_reason': value.undo.disabled_reason,
                'aggregates': [
                    {'id': joined.id, 'name': joined.name}
                    for joined in value.undo.joined
                ],
            }
        ),
        'state_since': value.state_since,
        'returned_at': value.returned_at,
        'message': value.message,
    }


def _undo(row: models.LoanRow) -> spares.Undo:
    try:
        found = json.loads(row.undo)
        return spares.Undo(
            enabled=bool(found['enabled']),
            disabled_reason=found['disabled_reason'],
            joined=tuple(
                spares.Joined(int(item['id']), str(item['name']))
                for item in found['aggregates']
            ),
        )
    except (ValueError, LookupError, TypeError) as e:
        raise errors.StoreError(
            f'the undo list of the loan of {row.spare} cannot be read ({e}): '
            f'{row.undo!r}'
        ) from None

# SPDX-License-Identifier: Apache-2.0
"""Values for the tests of the heart."""

import datetime

from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import RecoveryState

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def at(seconds):
    """Return the moment so many seconds after NOW."""
    return NOW + datetime.timedelta(seconds=seconds)


def proof(host='h1', seconds=1.0, **changes):
    return OffProof(
        **{
            'host': host,
            'method': 'test',
            'witness': 'a test',
            'verified_at': at(seconds),
            **changes,
        }
    )


def recovery(**changes):
    return Recovery(
        **{
            'uuid': 'r1',
            'host': 'h1',
            'state': RecoveryState.FORCING_DOWN,
            'origin': 'test',
            'reason': 'test',
            'requested_at': NOW,
            'fencing_since': NOW,
            'state_since': NOW,
            'updated_at': NOW,
            **changes,
        }
    )


def evacuation(**changes):
    return Evacuation(
        **{
            'recovery': 'r1',
            'instance': 'i1',
            'name': 'vm1',
            'state': EvacuationState.PENDING,
            'source': 'h1',
            'vm_state': 'active',
            **changes,
        }
    )


def migration(status='accepted', number=1, target='h2'):
    try:
        known = MigrationStatus(status)
    except ValueError:
        known = MigrationStatus.OTHER
    return Migration(number, 'i1', 'h1', target, known, status)


def instance(host='h2', vm_state='active', task_state=None, **changes):
    return Instance(
        **{
            'uuid': 'i1',
            'name': 'vm1',
            'host': host,
            'vm_state': vm_state,
            'task_state': task_state,
            **changes,
        }
    )


def service(**changes):
    return ComputeService(
        **{
            'id': 's1',
            'host': 'h1',
            'up': False,
            'disabled': True,
            'disabled_reason': None,
            'forced_down': True,
            'updated_at': NOW,
            **changes,
        }
    )

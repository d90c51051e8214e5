# SPDX-License-Identifier: Apache-2.0
"""JSON as the service has it, made by the service's own views."""

import datetime

from nova_ha.api import views
from nova_ha.recovery import model
from nova_ha.recovery import modes
from nova_ha.recovery import spares
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState

BEGAN = datetime.datetime(2026, 5, 4, 3, 2, 1, tzinfo=datetime.UTC)
UUID = '5f0c2b7d-19e6-4853-9a1e-0d4f6b8350aa'
OTHER = '5f0d0000-19e6-4853-9a1e-0d4f6b8350bb'
INSTANCES = [f'{n:08x}-aaaa-4bbb-8ccc-dddddddddddd' for n in range(1, 100)]


def at(seconds):
    return BEGAN + datetime.timedelta(seconds=seconds)


def recovery(state='evacuating', since=3.5, uuid=UUID, **fields):
    proof = model.OffProof(
        'compute-1', 'ipmi', 'BMC at 192.0.2.7', at(3.0), True
    )
    value = {
        'uuid': uuid,
        'host': 'compute-1',
        'state': RecoveryState(state),
        'origin': 'pacemaker',
        'reason': 'off asked for by hacluster',
        'requested_at': BEGAN,
        'fencing_since': BEGAN,
        'state_since': at(since),
        'updated_at': at(since),
        'generation': 5,
        'owner': 'ctl1',
        'off_proof': None
        if state in {'requested', 'fencing', 'fence_failed'}
        else proof,
        **fields,
    }
    return views.recovery(model.Recovery(**value))


def evacuation(number, state, **fields):
    asked = fields.pop('asked', None if state == 'pending' else 4.0)
    ended = fields.pop('ended', None)
    return views.evacuation(
        model.Evacuation(
            **{
                'recovery': UUID,
                'instance': INSTANCES[number],
                'name': f'web-{number}',
                'state': EvacuationState(state),
                'source': 'compute-1',
                'vm_state': 'active',
                'target': None if state == 'pending' else 'compute-2',
                'attempts': 0 if state == 'pending' else 1,
                'asked_at': None if asked is None else at(asked),
                'ended_at': None if ended is None else at(ended),
                **fields,
            }
        )
    )


def events(*moves):
    """Return events of (seconds, name, state[, message[, instance]])."""
    return [
        views.event(
            model.RecoveryEvent(
                UUID,
                at(move[0]),
                move[1],
                RecoveryState(move[2]),
                *move[3:],
                id=number,
            )
        )
        for number, move in enumerate(moves, 1)
    ]


UNTIL_EVACUATING = (
    (0.0, 'fence_requested', 'requested', 'by pacemaker'),
    (0.1, 'started', 'fencing'),
    (3.0, 'off_verified', 'forcing_down', 'BMC at 192.0.2.7'),
    (3.5, 'forced_down', 'evacuating'),
)


def answer(
    state='evacuating', since=3.5, moves=UNTIL_EVACUATING, rows=(), **fields
):
    return {
        'recovery': recovery(state, since, **fields),
        'evacuations': list(rows),
        'events': events(*moves),
    }


def host(name='compute-1', **fields):
    return {
        'name': name,
        'node': name,
        'drivers': ['ipmi'],
        'reserved': False,
        'nova': {
            'state': 'up',
            'status': 'enabled',
            'forced_down': False,
            'disabled_reason': None,
            'zone': 'az1',
            'instances': 3,
        },
        'cluster': {'state': 'online', 'gate': 'open', 'fencing': None},
        'power': None,
        'recovery': None,
        'protected': True,
        'why': [],
        **fields,
    }


def standing(mode='armed', **fields):
    return views.standing(
        modes.Standing(modes.Mode(mode), BEGAN, 'ada', 'tests', **fields)
    )


def loan(state='giving_back'):
    return views.loan(
        spares.Loan(
            'b4b1e1c0-0000-4000-8000-000000000001',
            'spare-1',
            UUID,
            'compute-1',
            spares.LoanState(state),
            spares.Undo('a spare', (spares.Joined(3, 'fast'),)),
            BEGAN,
            at(60),
        )
    )


OUTLOOK = {
    'hosts': ['compute-1'],
    'instances': 3,
    'sure': 2,
    'likely': 3,
    'at_most': 3,
    'left': [],
    'verdict': 'perhaps',
}
CAPACITY = {
    'bears': 1,
    'hosts': [OUTLOOK],
    'worst': [
        {
            'number': 1,
            'outlook': {k: v for k, v in OUTLOOK.items() if k != 'verdict'},
            'method': 'every choice',
            'verdict': 'perhaps',
        }
    ],
    'notes': ['a cell was not asked'],
    'cost': {'hosts': 3, 'instances': 3, 'requests': 7, 'seconds': 0.2},
}
EXPLAINED = {
    'uuid': INSTANCES[0],
    'name': 'web-0',
    'host': 'compute-1',
    'vm_state': 'active',
    'task_state': None,
    'nova': 'nova evacuates it in this state',
    'outcome': 'evacuated',
    'stays': '',
    'unsure': '',
    'decisions': [
        {'question': 'evacuate', 'decided': 'yes', 'because': 'the default'},
        {'question': 'lock', 'decided': '', 'because': 'it is not locked'},
    ],
}
SNAPSHOT = {
    'host': 'compute-1',
    'instance': INSTANCES[0],
    'name': 'web-0',
    'project': 'p',
    'vm_state': 'active',
    'local_gb': 20.0,
    'snapshot': 'aaaaaaaa-0000-4000-8000-000000000001',
    'image_type': 'snapshot',
    'status': 'active',
    'created_at': BEGAN.isoformat(),
    'age_seconds': 7500,
    'problem': '',
}
SPARE = {
    'spare': 'spare-1',
    'state': 'lent',
    'host': 'compute-1',
    'recovery': UUID,
    'since': BEGAN.isoformat(),
    'returned_at': None,
    'disabled_reason': 'a spare',
    'added_to': [{'id': 3, 'name': 'fast'}],
    'message': '',
}
REHEARSAL = {
    'uuid': 'cccccccc-0000-4000-8000-000000000001',
    'host': 'compute-1',
    'at': BEGAN.isoformat(),
    'controller': 'ctl1',
    'origin': 'pacemaker',
    'reason': 'off asked for by hacluster',
    'summary': '2 of 3 instances would be evacuated',
    'instances': [
        {
            'instance': INSTANCES[0],
            'name': 'web-0',
            'evacuate': True,
            'decision': 'evacuate yes: the default',
        }
    ],
}

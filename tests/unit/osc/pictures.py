# SPDX-License-Identifier: Apache-2.0
"""A recovery at several moments; ``goldens`` has what is drawn of each."""

from tests.unit.osc import answers
from tests.unit.osc.answers import evacuation

EVACUATED = (
    *answers.UNTIL_EVACUATING,
    (16.5, 'all_accounted_for', 'evacuated'),
)


def _under_way():
    return [
        evacuation(0, 'succeeded', ended=9.25),
        evacuation(1, 'migrating', asked=5.0),
        evacuation(2, 'failed', ended=8.0, message='No valid host was found.'),
        evacuation(3, 'pending'),
        evacuation(
            4, 'skipped', asked=None, target=None, message='left: evacuate no'
        ),
    ]


def _many():
    return [
        evacuation(
            n,
            'succeeded' if n < 30 else 'migrating' if n < 40 else 'pending',
            ended=10.0 if n < 30 else None,
        )
        for n in range(60)
    ]


#: By name: the answer, the seconds since the request, and the rest.
MOMENTS = {
    'requested': (
        answers.answer('requested', 0.0, answers.UNTIL_EVACUATING[:1]),
        0.4,
        {},
    ),
    'fencing': (
        answers.answer('fencing', 0.1, answers.UNTIL_EVACUATING[:2]),
        2.6,
        {},
    ),
    'fence_failed': (
        answers.answer(
            'fence_failed',
            30.0,
            (
                *answers.UNTIL_EVACUATING[:2],
                (30.0, 'fencing_failed', 'fence_failed'),
            ),
            message='BMC at 192.0.2.7: no answer within 30 s',
        ),
        95.0,
        {},
    ),
    'held': (
        answers.answer(
            'held',
            3.4,
            (
                *answers.UNTIL_EVACUATING[:3],
                (3.4, 'guard_held', 'held', 'storm'),
            ),
            message='3 hosts failed within 60 s; at most 2 are evacuated',
        ),
        65.0,
        {},
    ),
    'evacuating': (answers.answer(rows=_under_way()), 12.0, {}),
    'service_away': (
        answers.answer(rows=_under_way()),
        20.0,
        {'trouble': 'No answer for 8.0 s; trying again. Connection refused'},
    ),
    'many': (answers.answer(rows=_many()), 12.0, {'height': 24}),
    'low': (answers.answer(rows=_many()), 12.0, {'height': 10}),
    'narrow': (answers.answer(rows=_under_way()), 12.0, {'width': 48}),
    'evacuated': (
        answers.answer(
            'evacuated',
            16.5,
            EVACUATED,
            [evacuation(0, 'succeeded', ended=9.25)],
        ),
        16.5,
        {},
    ),
    'completed': (
        answers.answer(
            'completed',
            7261.0,
            (
                *EVACUATED,
                (7200.0, 'host_returned', 'returning'),
                (7261.0, 'host_serving', 'completed'),
            ),
            [evacuation(0, 'succeeded', ended=9.25)],
        ),
        99999.0,
        {},
    ),
    'fenced_again': (
        answers.answer(
            'fencing',
            100.0,
            (
                *answers.UNTIL_EVACUATING,
                *(
                    (10.0 * n + 10, 'off_lost', state)
                    for n, state in enumerate(('fencing', 'evacuating') * 4)
                ),
                (100.0, 'off_lost', 'fencing'),
            ),
        ),
        101.0,
        {},
    ),
}

# SPDX-License-Identifier: Apache-2.0
"""What holds evacuations back, by tables, and what no guard can do."""

import dataclasses
import datetime
import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import flapping
from nova_ha.recovery import guards
from nova_ha.recovery import lifecycle
from nova_ha.recovery import safety
from nova_ha.recovery import states
from nova_ha.recovery.flapping import FlapLimits
from nova_ha.recovery.guards import GuardLimits
from nova_ha.recovery.guards import Picture
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import RecoveryEvent
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.storm import StormLimits
from tests.unit.recovery.test_storm import census
from tests.unit.recovery.test_storm import NOW
from tests.unit.recovery.test_storm import row

LONG_AGO = NOW - datetime.timedelta(hours=1)
LATELY = NOW - datetime.timedelta(seconds=5)
PAUSED = Standing(Mode.PAUSED, LONG_AGO, 'root', 'work on the network')
STORM = GuardLimits(storm=StormLimits(hosts=1))
CONTROL = ('nova-scheduler', 'nova-conductor')


def services(*down, both=CONTROL):
    return [NovaService(b, 'ctl1', 'internal', b not in down) for b in both]


def picture(**fields):
    values = {'now': NOW, 'started_at': LONG_AGO, 'census': census()}
    return Picture(**{**values, **fields})


def recovery(state=S.FORCING_DOWN, **fields):
    return row('h1', state, **fields)


BOTH = [row('h2'), recovery()]
#: name, limits, picture, recovery, begins of what holds: to begin, to go on
CASES = (
    ('peace', GuardLimits(), picture(), recovery(), '', ''),
    (
        'paused',
        GuardLimits(),
        picture(standing=PAUSED),
        recovery(),
        'mode paused',
        'mode paused',
    ),
    (
        'paused, released since',
        GuardLimits(),
        picture(standing=PAUSED),
        recovery(released_at=NOW),
        '',
        '',
    ),
    (
        'paused after it was released',
        GuardLimits(),
        picture(standing=dataclasses.replace(PAUSED, since=NOW)),
        recovery(released_at=LATELY),
        'mode paused',
        'mode paused',
    ),
    (
        'released for an earlier incident',
        GuardLimits(),
        picture(standing=PAUSED),
        recovery(released_at=LONG_AGO),
        'mode paused',
        'mode paused',
    ),
    (
        'nobody overrules observe',
        GuardLimits(),
        picture(standing=Standing(Mode.OBSERVE, LONG_AGO, 'root')),
        recovery(released_at=NOW),
        'mode observe',
        'mode observe',
    ),
    ('storm', STORM, picture(recoveries=BOTH), recovery(), 'storm', 'storm'),
    (
        'storm, released',
        STORM,
        picture(recoveries=BOTH),
        recovery(released_at=NOW),
        '',
        '',
    ),
    (
        'grace holds what begins only',
        GuardLimits(start_grace=60.0),
        picture(started_at=NOW - datetime.timedelta(seconds=20)),
        recovery(),
        'grace',
        '',
    ),
    (
        'grace holds nothing of before the start',
        GuardLimits(start_grace=60.0),
        picture(started_at=LATELY),
        recovery(),
        '',
        '',
    ),
    (
        'grace is over',
        GuardLimits(start_grace=15.0),
        picture(started_at=NOW - datetime.timedelta(seconds=20)),
        recovery(),
        '',
        '',
    ),
    (
        'no scheduler',
        GuardLimits(),
        picture(services=services('nova-scheduler')),
        recovery(released_at=NOW),
        'control plane: no nova-scheduler',
        'control plane',
    ),
    (
        'neither',
        GuardLimits(),
        picture(services=services(*CONTROL)),
        recovery(),
        'control plane: no nova-scheduler and no nova-conductor',
        'control plane',
    ),
    (
        'one of two conductors',
        GuardLimits(),
        picture(services=services('nova-conductor') + services()),
        recovery(),
        '',
        '',
    ),
    (
        'nova shows no scheduler at all: nothing is known',
        GuardLimits(),
        picture(services=services(both=['nova-conductor'])),
        recovery(),
        '',
        '',
    ),
    (
        'what nova said long ago is not believed',
        GuardLimits(),
        picture(services=services(*CONTROL), census=census(at=LONG_AGO)),
        recovery(),
        '',
        '',
    ),
    (
        'control plane is not looked at',
        GuardLimits(control_plane=False),
        picture(services=services(*CONTROL)),
        recovery(),
        '',
        '',
    ),
    (
        'a queue holds what begins only',
        GuardLimits(hosts_at_a_time=1),
        picture(recoveries=BOTH),
        recovery(),
        'queue',
        '',
    ),
)


class GuardsTest(unittest.TestCase):
    def test_table(self):
        for name, limits, seen, about, begin, go_on in CASES:
            with self.subTest(name):
                for expected, judge in (
                    (begin, guards.judge),
                    (go_on, guards.pauses),
                ):
                    verdict = judge(about, seen, limits)
                    self.assertIs(bool(expected), verdict.hold, verdict)
                    self.assertTrue(str(verdict).startswith(expected))

    def test_every_hold_says_what_clears_it(self):
        for name, limits, seen, about, begin, _go_on in CASES:
            if begin:
                verdict = guards.judge(about, seen, limits)
                with self.subTest(name):
                    self.assertTrue(verdict.clears_by)
                    self.assertIn('waits for', str(verdict))


def lines(*steps):
    """A history: name, state, minutes ago."""
    return [
        RecoveryEvent(
            'uuid-h1', NOW - datetime.timedelta(minutes=m), name.value, state
        )
        for name, state, m in steps
    ]


BACK = (Event.HOST_RETURNED, S.RETURNING, 20)
AGAIN = (Event.FENCE_REQUESTED, S.FENCING, 10)
#: name, the host's other recoveries, events, changes, kept out at 3
FLAPS = (
    ('first failure', [], [], {}, False),
    ('second', [row('h1', S.COMPLETED, 600, uuid='a')], [], {}, False),
    (
        'third',
        [row('h1', S.COMPLETED, a, uuid=str(a)) for a in (600, 1200)],
        [],
        {},
        True,
    ),
    (
        'third, but the first long ago',
        [row('h1', S.COMPLETED, a, uuid=str(a)) for a in (600, 9000)],
        [],
        {},
        False,
    ),
    (
        'one was cancelled: it had not failed',
        [
            row('h1', S.CANCELLED, 600, uuid='a'),
            row('h1', S.COMPLETED, 900, uuid='b'),
        ],
        [],
        {},
        False,
    ),
    (
        'one was asked for by an operator',
        [
            row('h1', S.COMPLETED, 600, uuid='a', origin='operator'),
            row('h1', S.COMPLETED, 900, uuid='b'),
        ],
        [],
        {},
        False,
    ),
    (
        'let in since',
        [row('h1', S.COMPLETED, a, uuid=str(a)) for a in (600, 1200)],
        [],
        {'let_return_at': NOW},
        False,
    ),
    (
        'what came before it was let in does not count',
        [
            row('h1', S.COMPLETED, 600, uuid='a', let_return_at=LATELY),
            row('h1', S.COMPLETED, 1200, uuid='b'),
        ],
        [],
        {},
        False,
    ),
    (
        'failed again while it returned',
        [row('h1', S.COMPLETED, 1800, uuid='a')],
        lines(BACK, AGAIN),
        {'requested_at': NOW - datetime.timedelta(minutes=25)},
        True,
    ),
    (
        'asked again for a fencing that failed: no other failure',
        [row('h1', S.COMPLETED, 1800, uuid='a')],
        lines((Event.FENCING_FAILED, S.FENCE_FAILED, 20), AGAIN),
        {'requested_at': NOW - datetime.timedelta(minutes=25)},
        False,
    ),
)


class FlappingTest(unittest.TestCase):
    def test_table(self):
        for name, others, events, changes, expected in FLAPS:
            about = recovery(S.EVACUATED, age=0.0, **changes)
            with self.subTest(name):
                found = flapping.why_kept_out(
                    about, [about, *others], events, FlapLimits(3, 3600.0)
                )
                self.assertEqual(expected, bool(found), found)
                none = flapping.why_kept_out(
                    about, [about, *others], events, FlapLimits(0)
                )
                self.assertEqual('', none)


PICTURES = st.builds(
    Picture,
    now=st.just(NOW),
    started_at=st.sampled_from([LONG_AGO, LATELY, NOW]),
    standing=st.builds(
        Standing, st.sampled_from(Mode), st.sampled_from([LONG_AGO, NOW])
    ),
    recoveries=st.lists(
        st.builds(
            row,
            st.sampled_from(['h1', 'h2', 'h3', 'h4']),
            st.sampled_from(S),
            st.sampled_from([1.0, 1000.0]),
        ),
        max_size=5,
    ),
    census=st.sampled_from([census(), census(down=['h3', 'h4'], at=None)]),
    services=st.sampled_from([services(), services('nova-scheduler'), []]),
)
LIMITS = st.builds(
    GuardLimits,
    storm=st.builds(
        StormLimits,
        hosts=st.integers(0, 3),
        percent=st.sampled_from([0.0, 30.0, 60.0]),
    ),
    hosts_at_a_time=st.integers(0, 2),
    start_grace=st.sampled_from([0.0, 30.0]),
    control_plane=st.booleans(),
)


class PromiseTest(unittest.TestCase):
    """Promise 9, and the guards' part in promise 6."""

    def test_only_what_is_off_can_be_held(self):
        for state, event in lifecycle.TRANSITIONS:
            if event is Event.GUARD_HELD:
                self.assertTrue(safety.may_be_held(state), state)
                self.assertIn(state, states.NEEDS_OFF)

    def test_what_is_held_calls_somebody_and_can_be_released(self):
        self.assertIn(S.HELD, states.NEEDS_SOMEBODY)
        self.assertTrue(lifecycle.allows(S.HELD, Event.RELEASED))

    @hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
    @hypothesis.given(PICTURES, LIMITS)
    def test_a_release_overrules_all_but_nova_and_observe(self, seen, limits):
        about = recovery(released_at=NOW)
        verdict = guards.judge(about, seen, limits)
        if seen.standing.mode is not Mode.OBSERVE and verdict.hold:
            self.assertTrue(verdict.why.startswith('control plane'))

    @hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
    @hypothesis.given(PICTURES, LIMITS)
    def test_who_may_begin_may_go_on(self, seen, limits):
        """Nothing is let go to be stopped in the same moment."""
        about = recovery()
        if not guards.judge(about, seen, limits).hold:
            self.assertFalse(guards.pauses(about, seen, limits).hold)

    @hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
    @hypothesis.given(PICTURES, LIMITS)
    def test_the_oldest_of_those_held_is_not_stopped_by_its_going(
        self, seen, limits
    ):
        """What a storm lets go makes no new one by that."""
        held = recovery(S.HELD, age=2000.0)
        others = [r for r in seen.recoveries if r.host != held.host]
        before = dataclasses.replace(seen, recoveries=[*others, held])
        if guards.judge(held, before, limits).hold:
            return
        gone = dataclasses.replace(held, state=S.EVACUATING)
        after = dataclasses.replace(seen, recoveries=[*others, gone])
        self.assertFalse(guards.pauses(gone, after, limits).hold)

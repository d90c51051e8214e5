# SPDX-License-Identifier: Apache-2.0

import datetime

import testtools

from tests.lab.demo import timeline
from tests.lab.demo.manager import Fence
from tests.lab.guests import GuestEvent

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)

WHOLE = (
    ('fence_requested', 0.1),
    ('off_verified', 0.5),
    ('forced_down', 0.6),
    ('evacuation_accepted', 0.9),
    ('evacuation_accepted', 2.5),
    ('evacuation_confirmed', 3.0),
    ('all_accounted_for', 4.0),
    ('host_returned', 20.0),
    ('host_serving', 21.0),
)


def at(seconds):
    return (START + datetime.timedelta(seconds=seconds)).isoformat()


def history(*lines):
    return [{'name': name, 'at': at(seconds)} for name, seconds in lines]


def fence(**changes):
    start = START.timestamp()
    values = {'requested': start, 'answered': start + 0.7}
    return Fence(**(values | changes))


class TimelineTest(testtools.TestCase):
    def make(self, *lines):
        return timeline.make(fence(), history(*lines))

    def test_it_has_every_event_in_order(self):
        moments = self.make(*WHOLE)
        self.assertEqual([], timeline.missing(moments))
        self.assertEqual(
            [
                ('fence_requested', 0.0),
                ('off_verified', 0.5),
                ('forced_down', 0.6),
                ('fence_answered', 0.7),
                ('first_evacuation_accepted', 0.9),
                ('last_evacuation_accepted', 2.5),
                ('all_evacuated', 4.0),
                ('host_returned', 20.0),
                ('completed', 21.0),
            ],
            [(m.event, round(m.seconds, 6)) for m in moments],
        )

    def test_what_did_not_happen_is_missing(self):
        moments = self.make(*WHOLE[:2])
        self.assertEqual(
            [
                'forced_down',
                'first_evacuation_accepted',
                'last_evacuation_accepted',
                'all_evacuated',
                'host_returned',
                'completed',
            ],
            timeline.missing(moments),
        )

    def test_what_came_before_the_fence_is_negative(self):
        start = START.timestamp()
        told = timeline.make(
            fence(failed=start - 7.5, noticed=start - 0.25), history(*WHOLE)
        )
        self.assertEqual(
            [
                ('host_failed', -7.5),
                ('noticed', -0.25),
                ('fence_requested', 0.0),
            ],
            [(m.event, round(m.seconds, 6)) for m in told[:3]],
        )
        self.assertEqual(
            [], timeline.missing(told, timeline.EVENTS_WITH_PACEMAKER)
        )

    def test_with_pacemaker_somebody_has_to_notice(self):
        self.assertEqual(
            ['host_failed', 'noticed'],
            timeline.missing(
                self.make(*WHOLE), timeline.EVENTS_WITH_PACEMAKER
            ),
        )

    def test_a_fence_that_was_never_answered_is_missing(self):
        told = timeline.make(fence(answered=None), history(*WHOLE))
        self.assertEqual(['fence_answered'], timeline.missing(told))

    def test_figures_are_held_against_their_goals(self):
        figures = timeline.figures(self.make(*WHOLE))
        self.assertEqual(
            [0.7, 0.1, 0.3], [round(f.seconds, 6) for f in figures]
        )
        self.assertTrue(all(figure.met for figure in figures))

    def test_a_late_force_down_misses_its_goal(self):
        late = ('forced_down', 0.85)
        figures = timeline.figures(self.make(*WHOLE[:2], late, *WHOLE[3:]))
        late = [each.name for each in figures if not each.met]
        self.assertEqual(['forced_down - off_verified'], late)

    def test_a_guest_is_back_when_it_first_runs_elsewhere(self):
        journal = [
            GuestEvent(START.timestamp() + seconds, what, 'spawn', uuid, host)
            for seconds, what, uuid, host in (
                (-9.0, 'start', 'a', 'compute2'),
                (1.0, 'stop', 'a', 'compute1'),
                (3.5, 'start', 'a', 'compute2'),
                (4.0, 'start', 'b', 'compute1'),
                (30.0, 'start', 'a', 'compute3'),
            )
        ]
        back = timeline.back_after(START.timestamp(), 'compute1', journal)
        self.assertEqual({'a': 3.5}, back)

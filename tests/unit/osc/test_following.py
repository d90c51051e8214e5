# SPDX-License-Identifier: Apache-2.0
import io
import itertools

import fixtures
import testtools

from nova_ha.osc import errors
from nova_ha.osc import following
from nova_ha.osc import watching
from tests.unit.osc import answers
from tests.unit.osc import cloud
from tests.unit.osc import pictures


class Clock:
    """Time passes when somebody waits."""

    def __init__(self):
        self.now = 0.0

    def pause(self, seconds):
        self.now += seconds

    def pace(self, **options):
        return following.Pace(
            pause=self.pause, clock=lambda: self.now, **options
        )


class FollowingTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.api = self.cloud.client()
        self.clock = Clock()

    def follow(self, **options):
        return following.recovery(
            self.api, answers.UUID, self.clock.pace(**options)
        )

    def away(self, times):
        def fail(handler):
            handler.fail(503, 'store.unavailable', 'the store is away')

        return [fail] * times


class RecoveryTest(FollowingTestCase):
    def test_it_is_looked_at_at_its_pace(self):
        seen = list(itertools.islice(self.follow(interval=3.0), 3))
        self.assertEqual(6.0, self.clock.now)
        self.assertEqual(['', '', ''], [one.trouble for one in seen])

    def test_the_time_is_the_service_s(self):
        first = next(self.follow())
        self.assertIsNotNone(first.now.tzinfo)

    def test_the_first_answer_must_come(self):
        self.cloud.scripts = self.away(1)
        self.assertRaises(errors.ServiceError, next, self.follow())

    def test_it_goes_on_when_the_service_was_away(self):
        self.cloud.scripts = [None, *self.away(2)]
        seen = list(itertools.islice(self.follow(), 4))
        self.assertEqual(['', 'No', 'No', ''], [s.trouble[:2] for s in seen])
        self.assertIn('No answer for 2.0 s', seen[2].trouble)
        self.assertIn('the store is away', seen[2].trouble)
        self.assertGreater(seen[2].now, seen[0].now)
        self.assertEqual(seen[0].answer, seen[2].answer)

    def test_nobody_listens_for_a_while(self):
        every = self.follow()
        next(every)
        with self.cloud.away():
            self.assertIn('does not answer', next(every).trouble)
        self.assertEqual('', next(every).trouble)

    def test_a_token_expires_and_keystone_is_away(self):
        every = self.follow()
        next(every)
        self.cloud.good = 'token-2'
        self.cloud.keystone = lambda handler: handler.answer(503, {})
        self.assertIn('Keystone', next(every).trouble)
        self.cloud.keystone = None
        self.assertEqual('', next(every).trouble)

    def test_patience_has_an_end(self):
        self.cloud.scripts = [None, *self.away(9)]
        every = self.follow(interval=2.0, patience=5.0)
        self.assertRaises(errors.ServiceError, list, every)
        self.assertEqual(6.0, self.clock.now)

    def test_silence_counts_from_the_last_answer(self):
        self.cloud.scripts = [None, *self.away(2), None, *self.away(2)]
        every = self.follow(interval=2.0, patience=5.0)
        self.assertEqual(7, len(list(itertools.islice(every, 7))))

    def test_a_no_is_no_silence(self):
        every = self.follow()
        next(every)
        self.cloud.recoveries = []
        error = self.assertRaises(errors.ServiceError, next, every)
        self.assertEqual('recovery.unknown', error.code)

    def test_a_token_that_is_not_taken_again_and_again(self):
        every = self.follow()
        next(every)
        self.cloud.good = 'never'
        troubles = [next(every).trouble for _ in range(2)]
        self.assertIn('HTTP 401', troubles[1])
        error = self.assertRaises(errors.ServiceError, next, every)
        self.assertEqual(401, error.status)

    def test_the_time_is_up(self):
        every = self.follow(timeout=2.5)
        error = self.assertRaises(following.Late, list, every)
        self.assertIn('After 2.5 s', str(error))
        self.assertIn('is evacuating', str(error))
        self.assertEqual(2.5, self.clock.now)


class OfHostTest(FollowingTestCase):
    def find(self, **options):
        told = []
        uuid = following.of_host(
            self.api, 'compute-1', self.clock.pace(**options), told.append
        )
        return uuid, told

    def test_an_active_one(self):
        self.assertEqual((answers.UUID, []), self.find())

    def test_it_is_waited_for(self):
        found = self.cloud.recoveries
        self.cloud.recoveries = []
        # The fifth answer has it: the hosts come first.
        body = {'recoveries': found}
        self.cloud.scripts = [None] * 4
        self.cloud.scripts.append(lambda handler: handler.answer(200, body))
        uuid, told = self.find()
        self.assertEqual(answers.UUID, uuid)
        self.assertEqual(1, len(told))
        self.assertEqual(3.0, self.clock.now)

    def test_one_that_has_ended_is_not_meant(self):
        self.cloud.recoveries = [answers.recovery('completed')]
        error = self.assertRaises(following.Late, self.find, timeout=3)
        self.assertIn('compute-1 has no active recovery', str(error))


class WatchTest(FollowingTestCase):
    def watch(self, until='evacuated', terminal=False):
        stream = io.StringIO()
        kind = watching.Picture if terminal else watching.Lines
        code, answer = watching.watch(self.follow(), kind(stream), until)
        self.assertEqual(
            self.cloud.watched[-1]['recovery']['state'],
            answer['recovery']['state'],
        )
        return code, stream.getvalue()

    def plays(self, *names):
        self.cloud.watched = [pictures.MOMENTS[name][0] for name in names]

    def test_to_a_good_end(self):
        self.plays('requested', 'fencing', 'evacuating', 'evacuated')
        code, text = self.watch()
        self.assertEqual(0, code)
        self.assertIn('evacuated (all_accounted_for)', text)
        self.assertNotIn('\x1b', text)

    def test_evacuated_is_not_enough(self):
        self.plays('evacuating', 'evacuated', 'evacuated', 'completed')
        code, text = self.watch('completed')
        self.assertEqual(0, code)
        self.assertIn('completed (host_serving)', text)

    def test_to_a_bad_end(self):
        self.plays('fencing', 'fence_failed')
        code, text = self.watch()
        self.assertEqual(1, code)
        self.assertIn('openstack ha recovery confirm off', text)

    def test_silence_is_told_once_and_its_end_too(self):
        self.plays('evacuating', 'evacuated')
        self.cloud.scripts = [None, *self.away(3)]
        code, text = self.watch()
        self.assertEqual(0, code)
        self.assertEqual(1, text.count('No answer'))
        self.assertEqual(1, text.count('The service answers again'))

    def test_an_old_answer_is_no_end(self):
        old, new = (
            pictures.MOMENTS[name][0] for name in ('evacuated', 'fence_failed')
        )
        seen = [
            following.Seen(old, answers.at(1), 'away'),
            following.Seen(new, answers.at(2)),
        ]
        code, _ = watching.watch(seen, None, 'evacuated')
        self.assertEqual(1, code)

    def test_a_picture_is_drawn_over_the_one_before(self):
        self.plays('requested', 'evacuating', 'evacuated')
        code, text = self.watch(terminal=True)
        self.assertEqual(0, code)
        drawn = text.split(watching.CLEAR)
        self.assertEqual(4, len(drawn))
        self.assertEqual('', drawn[0])
        # Up by as many lines as had been drawn.
        lines = drawn[1].count('\n')
        self.assertTrue(drawn[1].endswith(f'\x1b[{lines}A'))


class Terminal(io.StringIO):
    def isatty(self):
        return True


class DisplayTest(testtools.TestCase):
    def term(self, name):
        self.useFixture(fixtures.EnvironmentVariable('TERM', name))

    def test_what_is_no_terminal_gets_lines(self):
        self.term('xterm')
        found = watching.display(io.StringIO())
        self.assertIsInstance(found, watching.Lines)

    def test_a_terminal_gets_a_picture_unless_it_cannot_draw(self):
        self.term('xterm')
        found = watching.display(Terminal())
        self.assertIsInstance(found, watching.Picture)
        self.term('dumb')
        found = watching.display(Terminal())
        self.assertIsInstance(found, watching.Lines)

# SPDX-License-Identifier: Apache-2.0

import dataclasses

import testtools

from tests.lab.apilog import Request
from tests.lab.demo import promises
from tests.lab.demo.instances import Seen
from tests.lab.guests import GuestEvent

RUNS = Seen('a', 'runs', 'compute1', 'ACTIVE', None, 'backup')
STOPPED = Seen('b', 'stopped', 'compute1', 'SHUTOFF', None, None)
PAUSED = Seen('c', 'paused', 'compute1', 'PAUSED', None, None)
UP = {
    'status': 'enabled',
    'state': 'up',
    'disabled_reason': None,
    'forced_down': False,
}
DISABLED = UP | {'status': 'disabled', 'disabled_reason': 'memory test'}

UUID = '5d3c2f5e-30a4-44c5-9d25-2ed3b3a3a9d1'


def request(started, method, path, seconds=0.02):
    return Request(started, seconds, 'user', method, f'/v2.1{path}', 200)


PUT = request(101.05, 'PUT', f'/os-services/{UUID}')
POSTS = [
    request(101.1 + n, 'POST', f'/servers/{UUID}/action') for n in range(2)
]


def event(time, what, event, uuid, host):
    return GuestEvent(time=time, event=event, what=what, uuid=uuid, host=host)


JOURNAL = [
    event(90.0, 'spawn', 'start', 'a', 'compute1'),
    event(91.0, 'spawn', 'start', 'c', 'compute1'),
    event(101.0, 'host-power-off', 'stop', 'a', 'compute1'),
    event(101.01, 'host-power-off', 'stop', 'c', 'compute1'),
    event(103.0, 'spawn', 'start', 'a', 'compute2'),
]


def moved(seen, **changes):
    return dataclasses.replace(seen, host='compute2', **changes)


GOOD = promises.Evidence(
    host='compute1',
    before={'a': RUNS, 'b': STOPPED, 'c': PAUSED},
    after={'a': moved(RUNS), 'b': moved(STOPPED), 'c': PAUSED},
    requests=[PUT, *POSTS],
    records=[{'instance_uuid': 'a'}, {'instance_uuid': 'b'}],
    journal=JOURNAL,
    off_at=101.02,
    completed_at=120.0,
    guests_before={'compute1': ['c'], 'compute2': ['a', 'b']},
    guests_after={'compute1': ['c'], 'compute2': ['a', 'b']},
    services_before={'compute1': UP, 'compute2': DISABLED},
    services_after={'compute1': UP, 'compute2': DISABLED},
)


class PromisesTest(testtools.TestCase):
    def broken(self, **changes):
        """The promises that such evidence breaks, with what was seen."""
        judged = promises.judge(dataclasses.replace(GOOD, **changes))
        return {each.promise: each.seen for each in judged if not each.kept}

    def assert_broken(self, promise, words, **changes):
        broken = self.broken(**changes)
        self.assertEqual([promise], list(broken))
        self.assertIn(words, broken[promise])

    def test_good_evidence_breaks_none(self):
        self.assertEqual({}, self.broken())

    def test_told_before_the_power_was_off(self):
        self.assert_broken(
            'off before nova is told or asked for anything',
            'AFTER',
            off_at=101.06,
        )

    def test_told_before_the_last_guest_had_ended(self):
        late = event(101.2, 'host-power-off', 'stop', 'd', 'compute1')
        self.assert_broken(
            'off before nova is told or asked for anything',
            'AFTER',
            journal=[*JOURNAL, late],
        )

    def test_never_told(self):
        self.assertIn(
            'off before nova is told or asked for anything',
            self.broken(requests=[]),
        )

    def test_told_in_two_requests(self):
        self.assert_broken(
            'nova is told in one request, before the first evacuation',
            '2 PUT',
            requests=[PUT, PUT, *POSTS],
        )

    def test_evacuated_before_nova_had_answered_the_put(self):
        slow = dataclasses.replace(PUT, seconds=0.5)
        self.assert_broken(
            'nova is told in one request, before the first evacuation',
            '1 PUT',
            requests=[slow, *POSTS],
        )

    def test_two_records_of_an_instance(self):
        self.assert_broken(
            'one evacuation record an instance',
            'runs has 2 records',
            records=[*GOOD.records, {'instance_uuid': 'a'}],
        )

    def test_no_record_of_an_instance(self):
        self.assert_broken(
            'one evacuation record an instance',
            'stopped has 0 records',
            records=[{'instance_uuid': 'a'}],
        )

    def test_an_instance_left_behind(self):
        self.assert_broken(
            'every evacuable instance elsewhere, in the state it had',
            'stopped is still on compute1',
            after={**GOOD.after, 'b': STOPPED},
        )

    def test_an_instance_in_another_state(self):
        self.assert_broken(
            'every evacuable instance elsewhere, in the state it had',
            'was SHUTOFF, is ACTIVE',
            after={**GOOD.after, 'b': moved(STOPPED, status='ACTIVE')},
        )

    def test_an_instance_gone(self):
        after = {'a': GOOD.after['a'], 'c': PAUSED}
        self.assert_broken(
            'every evacuable instance elsewhere, in the state it had',
            'stopped is gone',
            after=after,
        )

    def test_a_guest_on_two_hosts(self):
        twice = event(110.0, 'spawn', 'start', 'a', 'compute3')
        self.assert_broken(
            'no guest on two hosts at once, none lost',
            'while it ran on compute2',
            journal=[*JOURNAL, twice],
        )

    def test_a_guest_lost(self):
        self.assert_broken(
            'no guest on two hosts at once, none lost',
            'guest a is lost',
            journal=JOURNAL[:-1],
        )

    def test_a_guest_ended_by_a_later_restart(self):
        """It ran on its new host, and its new host's restart ended it."""
        ended = event(130.0, 'destroy', 'stop', 'd', 'compute1')
        self.assert_broken(
            'further restarts of nova-compute on the host destroy nothing',
            'guest d ended on compute1: destroy',
            journal=[*JOURNAL, ended],
        )

    def test_a_stopped_guest_destroyed_by_a_later_restart(self):
        self.assert_broken(
            'further restarts of nova-compute on the host destroy nothing',
            'guest b was destroyed on compute2',
            guests_after={'compute1': ['c'], 'compute2': ['a']},
        )

    def test_the_host_left_disabled(self):
        services = {**GOOD.services_after, 'compute1': DISABLED}
        broken = self.broken(services_after=services)
        self.assertEqual(
            'compute1 is disabled, up',
            broken['the host is enabled and up again'],
        )

    def test_an_operators_disable_undone(self):
        services = {**GOOD.services_after, 'compute2': UP}
        self.assert_broken(
            "the operator's settings are untouched",
            'compute2 was',
            services_after=services,
        )

    def test_a_lock_undone(self):
        self.assert_broken(
            "the operator's settings are untouched",
            'the lock of runs has changed',
            after={**GOOD.after, 'a': moved(RUNS, locked_reason=None)},
        )

# SPDX-License-Identifier: Apache-2.0

import json

import testtools

from tests.lab.demo import report
from tests.lab.demo import tables
from tests.lab.demo.instances import Seen
from tests.lab.demo.promises import Promise
from tests.lab.demo.timeline import Figure
from tests.lab.demo.timeline import Moment

BEFORE = {
    'a': Seen('a', 'one', 'compute1', 'ACTIVE', None, None),
    'b': Seen('b', 'two', 'compute1', 'PAUSED', None, None),
    'c': Seen('c', 'three', 'compute1', 'ACTIVE', None, None),
}
AFTER = {
    'a': Seen('a', 'one', 'compute2', 'ACTIVE', None, None),
    'b': Seen('b', 'two', 'compute1', 'PAUSED', None, None),
}
EVACUATIONS = [
    {'instance': 'a', 'state': 'succeeded', 'message': ''},
    {'instance': 'b', 'state': 'skipped', 'message': 'it is paused'},
]


def make(**changes):
    values = {
        'host': 'compute1',
        'recovery': 'r',
        'timeline': [Moment('fence_requested', 0.0)],
        'instances': report.rows(BEFORE, AFTER, EVACUATIONS, {'a': 2.34567}),
        'promises': [Promise('p', True, 's')],
        'figures': [Figure('a - b', 0.5, 1.0)],
        'versions': {'nova': '34.0.0'},
    }
    return report.Report(**(values | changes))


class ReportTest(testtools.TestCase):
    def test_the_file_has_the_agreed_form(self):
        told = json.loads(make().as_json())
        self.assertEqual('compute1', told['host'])
        self.assertEqual('r', told['recovery'])
        self.assertEqual(
            [{'event': 'fence_requested', 'seconds': 0.0}], told['timeline']
        )
        self.assertEqual(
            {
                'uuid': 'a',
                'name': 'one',
                'from': 'compute1',
                'to': 'compute2',
                'before': 'ACTIVE',
                'after': 'ACTIVE',
                'outcome': 'succeeded',
                'seconds': 2.346,
                'message': '',
            },
            told['instances'][0],
        )

    def test_what_stayed_has_no_target_and_a_reason(self):
        row = make().instances[2]
        self.assertEqual('two', row.name)
        self.assertIsNone(row.to)
        self.assertIsNone(row.seconds)
        self.assertEqual(
            ('skipped', 'it is paused'), (row.outcome, row.message)
        )

    def test_what_nova_ha_never_saw_is_told_too(self):
        row = make().instances[1]
        self.assertEqual('three', row.name)
        self.assertEqual(
            ('GONE', 'unknown to nova-ha'), (row.after, row.outcome)
        )

    def test_good_needs_all_events_and_all_promises(self):
        self.assertTrue(make().good)
        self.assertFalse(make(missing=['completed']).good)
        self.assertFalse(make(promises=[Promise('p', False, 's')]).good)


class TablesTest(testtools.TestCase):
    def test_what_came_before_the_fence_request_is_said_to(self):
        early = [Moment('host_failed', -6.5), Moment('fence_requested', 0.0)]
        lines = tables.everything(make(timeline=early)).splitlines()
        self.assertIn('those before it negative', lines[0])
        self.assertEqual('    -6.500  host_failed', lines[1])
        plain = tables.everything(make()).splitlines()[0]
        self.assertEqual('Timeline (seconds since the fence request)', plain)

    def test_they_tell_what_was_broken_and_what_is_missing(self):
        text = tables.everything(
            make(
                promises=[
                    Promise('first', True, 'fine'),
                    Promise('second', False, 'awry'),
                ],
                missing=['completed'],
                figures=[Figure('a - b', 2.0, 1.0)],
            )
        )
        self.assertIn('kept    first', text)
        self.assertIn('BROKEN  second', text)
        self.assertIn('completed: never happened', text)
        self.assertIn('one is up on compute2', text)
        self.assertIn('MISSED', text)

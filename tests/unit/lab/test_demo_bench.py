# SPDX-License-Identifier: Apache-2.0

import testtools

from tests.lab.apilog import Request
from tests.lab.bench import compare
from tests.lab.bench import measure
from tests.lab.bench.machine import Usage
from tests.lab.guests import GuestEvent

UUID = '5d3c2f5e-30a4-44c5-9d25-2ed3b3a3a9d1'
ACTION = f'/v2.1/servers/{UUID}/action'


def start(time, uuid, host='compute2'):
    return GuestEvent(
        time=time, event='start', what='spawn', uuid=uuid, host=host
    )


def request(started, method, path, seconds=0.1):
    return Request(started, seconds, 'user', method, path, 200)


JOURNAL = [
    start(90.0, 'a', 'compute1'),
    start(102.0, 'a'),
    start(103.0, 'b'),
    start(104.0, 'c'),
    start(104.5, 'stranger'),
]
REQUESTS = [
    request(99.0, 'GET', '/v2.1/os-services?before'),
    request(100.1, 'PUT', f'/v2.1/os-services/{UUID}'),
    request(100.3, 'POST', ACTION),
    request(100.4, 'POST', ACTION),
    request(102.2, 'POST', ACTION),
    request(104.0, 'GET', '/v2.1/os-migrations?x=y'),
    request(109.0, 'GET', '/v2.1/os-migrations?after'),
]


def run(client='nova-ha', t0=100.0, ended=105.0, others=0.01):
    began = measure.Began(client, t0=t0, ended=ended, cpu=0.5)
    usage = Usage(cloud=8.0, others=0.2, share=others)
    return measure.run(began, usage, 'compute1', 'abc', JOURNAL, REQUESTS, 2)


class MeasureTest(testtools.TestCase):
    def test_guests_are_back_when_they_run_elsewhere(self):
        self.assertEqual([2.0, 3.0, 4.0], run().back)
        self.assertEqual((3.0, 4.0), (run().median, run().all_back))

    def test_requests_before_and_after_are_not_counted(self):
        self.assertEqual(
            {
                'PUT /os-services/{id}': 1,
                'POST /servers/{id}/action': 3,
                'GET /os-migrations': 1,
            },
            run().calls,
        )
        self.assertEqual(5, run().requests)

    def test_the_way_to_the_first_evacuation(self):
        self.assertAlmostEqual(0.1, run().told)
        self.assertAlmostEqual(0.3, run().first_asked)

    def test_a_place_is_empty_from_guest_back_to_next_request(self):
        self.assertAlmostEqual(0.2, run().refill)


class CompareTest(testtools.TestCase):
    def test_a_ratio_a_figure_of_medians_over_rounds(self):
        runs = [run(), run('best', t0=100.05), run('best', t0=99.95)]
        median, all_back, cpu = compare.ratios([*runs, run('best')])
        self.assertEqual(('median back', 1.0), (median.figure, median.ratio))
        self.assertEqual(('all back', 1.0), (all_back.figure, all_back.ratio))
        self.assertTrue(median.met)
        self.assertEqual((8.5, 8.5), (cpu.ours, cpu.best))

    def test_a_disturbed_run_counts_only_if_there_is_no_other(self):
        runs = [run(), run('best'), run('best', t0=99.0, others=0.5)]
        median = compare.ratios(runs)[0]
        self.assertEqual(3.0, median.best)
        self.assertEqual('met', median.verdict)
        median = compare.ratios([runs[0], runs[2]])[0]
        self.assertEqual(4.0, median.best)
        self.assertEqual('disturbed', median.verdict)

    def test_slower_than_the_goal_is_missed(self):
        slow, _, _ = compare.ratios([run(t0=99.0), run('best')])
        self.assertAlmostEqual(4.0 / 3.0, slow.ratio)
        self.assertEqual('missed', slow.verdict)

    def test_all_of_it_can_be_told(self):
        runs = [run(), run('best')]
        text = compare.tables(runs)
        self.assertIn('POST /servers/{id}/action', text)
        self.assertEqual(2, len(compare.as_json(runs)['runs']))

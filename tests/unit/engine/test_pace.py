# SPDX-License-Identifier: Apache-2.0
"""How fast: the window, its shares and its caps, on a cloud that can do so
much at a time and no more.
"""

import dataclasses
import statistics

from nova_ha.recovery import errors
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator import records
from tests.simulator.wire import Fault
from tests.simulator.world import World
from tests.unit.engine.base import WorldTest

TWO_CORES = 1.5
"""What a nova on two cores was measured to do: of evacuations that take
0.6 s alone, 2.5 end in a second."""

MANY_CORES = 16


class PaceTest(WorldTest):
    """Instances on some hosts; the others take them."""

    HOSTS = 9

    def lose_all(self, *hosts, instances=20):
        """Let the hosts die at once; return when each guest was back."""
        for host in hosts:
            for _ in range(instances):
                self.world.nova.boot(host)
        self.world.start()
        self.world.run(5)
        self.watch()
        began = self.world.timeline.now()
        for host in hosts:
            self.world.lose(host)
        for host in hosts:
            self.world.fence(host)
        for host in hosts:
            self.world.until_state(host, S.EVACUATED, 3000)
        back = [
            (r.updated_at - began).total_seconds()
            for r in self.world.nova.records
            if r.status == records.DONE
        ]
        self.assertEqual(len(hosts) * instances, len(back))
        return sorted(back)

    def watch(self):
        """See how many are under way: in all, to a target, from a host."""
        self.most = {'all': 0, 'target': 0, 'source': 0}

        def count():
            going = [
                r
                for r in self.world.nova.records
                if r.status in records.UNDER_WAY
            ]
            targets = [r.target for r in going if r.target]
            sources = [r.source for r in going]
            for key, found in (
                ('all', len(going)),
                ('target', max(map(targets.count, targets), default=0)),
                ('source', max(map(sources.count, sources), default=0)),
            ):
                self.most[key] = max(self.most[key], found)
            self.world.timeline.after(0.05, count)

        count()

    def times(self, *hosts, instances, cores, slow=None, **settings):
        """Return when the median and the last guest were back."""
        self.world.close()
        self.world = World(self.HOSTS, **settings)
        self.addCleanup(self.world.close)
        self.world.nova.spawn_takes = 0.6
        self.world.nova.work.cores = cores
        self.world.nova.slow = slow or {}
        back = self.lose_all(*hosts, instances=instances)
        self.assert_promises_kept()
        return statistics.median(back), back[-1]


class WindowTest(PaceTest):
    def test_twenty_on_two_cores_as_with_a_fixed_window(self):
        fixed = self.times('h1', instances=20, cores=TWO_CORES, adaptive=False)
        self.assertEqual(4, self.most['all'])
        found = self.times('h1', instances=20, cores=TWO_CORES)
        self.assertEqual(fixed, found)
        self.assertEqual(4, self.most['all'])

    def test_a_hundred_on_two_cores_no_slower_than_a_fixed_window(self):
        fixed = self.times(
            'h1', instances=100, cores=TWO_CORES, adaptive=False
        )
        found = self.times('h1', instances=100, cores=TWO_CORES)
        self.assertLessEqual(found[0], fixed[0] * 1.03)
        self.assertLessEqual(found[1], fixed[1] * 1.03)
        self.assertLessEqual(self.most['all'], 6)

    def test_two_hundred_on_one_host_of_a_large_cloud(self):
        fixed = self.times(
            'h1', instances=200, cores=MANY_CORES, adaptive=False
        )
        found = self.times('h1', instances=200, cores=MANY_CORES)
        self.assertLess(found[0], fixed[0] / 2)
        self.assertLess(found[1], fixed[1] / 2)
        self.assertLessEqual(self.most['all'], 32)

    def test_a_burst_brings_the_median_back_last(self):
        burst = self.times(
            'h1', instances=100, cores=TWO_CORES, window=100, adaptive=False
        )
        found = self.times('h1', instances=100, cores=TWO_CORES)
        self.assertLess(found[0], burst[0] * 0.6)
        self.assertLess(found[1], burst[1] * 1.15)

    def test_one_slow_target_does_not_hold_the_rest(self):
        """A spawn there takes ten times as long."""
        well = self.times('h1', instances=100, cores=TWO_CORES)
        slow = self.times(
            'h1', instances=100, cores=TWO_CORES, slow={'h9': 10.0}
        )
        self.assertLess(slow[0], well[0] * 1.1)
        self.assertLess(slow[1], well[1] * 1.2)

    def test_shrinks_when_nova_has_trouble_and_all_come_back(self):
        self.world.nova.spawn_takes = 0.6
        self.world.nova.work.cores = MANY_CORES
        for _ in range(100):
            self.world.nova.boot('h1')
        self.world.start()
        self.world.run(5)
        self.world.lose('h1')
        self.world.fence('h1')
        pacing = self.world.daemon.engine.pacing
        self.world.until(lambda: pacing.window >= 9)
        fault = self.world.faults.add(
            Fault(
                'compute',
                'evacuate',
                error=errors.ComputeUnavailable('HTTP 503'),
                times=10**6,
            )
        )
        self.world.until(lambda: pacing.window <= 4)
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED, 300)

    def test_the_next_incident_begins_anew(self):
        self.times('h1', instances=100, cores=MANY_CORES)
        pacing = self.world.daemon.engine.pacing
        self.assertEqual(4, pacing.window)

    def test_a_changed_option_begins_anew(self):
        self.world.nova.spawn_takes = 5.0
        self.lost_and_fenced(20)
        pacing = self.world.daemon.engine.pacing
        self.assertEqual(4, pacing.window)
        daemon = self.world.daemon
        daemon.settings = dataclasses.replace(daemon.settings, window=2)
        self.world.run(1)
        self.assertEqual(2, pacing.window)


class RackTest(PaceTest):
    """Eight hosts of a rack at once."""

    HOSTS = 17
    RACK = tuple(f'h{n}' for n in range(1, 9))

    def test_on_two_cores(self):
        found = self.times(*self.RACK, instances=5, cores=TWO_CORES)
        # One window for all, not one each; and one at least for each.
        self.assertLessEqual(self.most['all'], 12)
        burst = self.times(
            *self.RACK,
            instances=5,
            cores=TWO_CORES,
            window=40,
            adaptive=False,
        )
        self.assertEqual(40, self.most['all'])
        self.assertLess(found[0], burst[0] * 0.7)

    def test_on_a_large_cloud(self):
        fixed = self.times(
            *self.RACK, instances=25, cores=MANY_CORES, adaptive=False
        )
        self.assertEqual(8, self.most['all'])
        found = self.times(*self.RACK, instances=25, cores=MANY_CORES)
        self.assertLess(found[0], fixed[0] * 0.8)
        self.assertLess(found[1], fixed[1] * 0.7)

    def test_one_with_many_does_not_hold_the_others(self):
        """Who has few gets what all get, and is done before."""
        for _ in range(60):
            self.world.nova.boot('h1')
        for _ in range(4):
            self.world.nova.boot('h2')
        self.world.nova.spawn_takes = 0.6
        self.world.nova.work.cores = TWO_CORES
        self.world.start()
        self.world.run(5)
        for host in ('h1', 'h2'):
            self.world.lose(host)
            self.world.fence(host)
        self.world.until_state('h2', S.EVACUATED, 10)
        self.assert_state(S.EVACUATING, 'h1')
        self.world.until_state('h1', S.EVACUATED, 100)

    def test_another_controllers_recovery_has_its_share(self):
        for host in ('h1', 'h2'):
            for _ in range(30):
                self.world.nova.boot(host)
        self.world.nova.spawn_takes = 3.0
        self.world.start()
        self.world.start('c2')
        self.world.run(5)
        for host, owner in (('h1', 'c1'), ('h2', 'c2')):
            self.world.lose(host)
            self.world.fence(host, owner=owner)
        self.world.run(5)
        self.watch()
        self.world.run(6)
        self.assertEqual(4, self.most['all'])
        self.assertEqual(2, self.most['source'])


class CapTest(PaceTest):
    def test_no_target_has_more_under_way(self):
        for cap in (1, 2):
            with self.subTest(cap=cap):
                self.times(
                    'h1',
                    instances=24,
                    cores=MANY_CORES,
                    slow={'h9': 4.0},
                    target_window=cap,
                    window=8,
                )
                self.assertEqual(cap, self.most['target'])

    def test_no_cell_has_more_under_way(self):
        self.times(
            'h1',
            'h2',
            'h3',
            instances=12,
            cores=MANY_CORES,
            window=12,
            cell_window=2,
            cells=(('one', 'h[12]'), ('two', 'h*')),
        )
        self.assertEqual(4, self.most['all'])
        self.assertEqual(2, self.most['source'])

    def test_without_caps_there_are_more(self):
        """So the two above can fail."""
        self.times('h1', instances=24, cores=MANY_CORES, window=8)
        self.assertGreaterEqual(self.most['all'], 8)

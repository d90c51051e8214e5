# SPDX-License-Identifier: Apache-2.0
"""Looking at all hosts of the simulated world."""

import logging
import unittest

from nova_ha.inspection.devices import DeviceLook
from nova_ha.inspection.hosts import HostLook
from nova_ha.inspection.reading import Reading
from nova_ha.inspection.spares import SpareLook
from nova_ha.recovery import errors
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.hosts import SimPower
from tests.simulator.world import World


class Counting:
    """A port that counts how often it is asked, and may be away."""

    def __init__(self, port):
        self._port = port
        self.asked = []
        self.error = None

    def __getattr__(self, name):
        def ask(*arguments, **more):
            self.asked.append(name)
            if self.error is not None:
                raise self.error
            return getattr(self._port, name)(*arguments, **more)

        return ask


class LookTestCase(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.world = World(3, pacemaker=True)
        self.addCleanup(self.world.close)
        self.compute = Counting(self.world.nova)
        self.cluster = Counting(self.world.cluster)
        self.store = Counting(self.world.storage.store)
        self.look_again()

    def look_again(self, cluster=True):
        """Forget what was read."""
        self.reading = Reading(
            self.world.host_file,
            self.compute,
            self.store,
            self.cluster if cluster else None,
            lambda: ARMED,
        )
        self.hosts = HostLook(self.reading, self.compute)

    def report(self, host='h1'):
        return next(h for h in self.hosts.every() if h.name == host)


class HostLookTest(LookTestCase):
    def test_few_questions_for_all_hosts(self):
        self.world.start()
        self.world.run(5)
        for _ in range(5):
            found = self.hosts.every()
        self.assertEqual(['h1', 'h2', 'h3'], [h.name for h in found])
        self.assertEqual([True] * 3, [h.protected for h in found], found)
        self.assertEqual(['services'], self.compute.asked)
        self.assertEqual(['look'], self.cluster.asked)
        self.assertEqual(['recoveries', 'loans'], self.store.asked)

    def test_a_host_that_is_recovered(self):
        self.world.nova.boot('h1')
        self.world.start()
        self.world.run(5)
        self.world.fence('h1')
        recovery = self.world.until_state('h1', S.EVACUATED)
        found = self.report()
        self.assertFalse(found.protected)
        self.assertEqual(recovery.uuid, found.recovery.uuid)
        self.assertTrue(found.nova.forced_down)
        self.assertIn(recovery.uuid, found.why[0])
        self.assertTrue(self.report('h2').protected)

    def test_one_with_its_instances(self):
        for _ in range(3):
            self.world.nova.boot('h1')
        for name in ('h1', 'node-h1'):
            self.assertEqual(3, self.hosts.one(name).nova.instances)
        self.assertEqual(1, self.compute.asked.count('present'))
        with self.assertRaisesRegex(errors.UnknownHost, 'h9'):
            self.hosts.one('h9')

    def test_whoever_is_away_is_told_as_away(self):
        self.compute.error = errors.ComputeUnavailable('nova is down')
        self.cluster.error = errors.ClusterUnavailable('no Pacemaker here')
        self.store.error = errors.StoreUnavailable('the store is locked')
        found = self.hosts.one('h1')
        self.assertEqual(
            (None, None, None), (found.nova, found.cluster, found.recovery)
        )
        why = ' '.join(found.why)
        for words in ('nova is down', 'no Pacemaker here', 'store is locked'):
            self.assertIn(words, why)

    def test_a_partition_is_not_believed(self):
        self.world.cluster.quorate = False
        found = self.report()
        self.assertIsNone(found.cluster)
        self.assertIn('no quorum', found.why[0])

    def test_without_a_cluster(self):
        self.look_again(cluster=False)
        found = self.report()
        self.assertTrue(found.protected)
        self.assertIsNone(found.cluster)
        self.assertIn('[cluster] enabled', found.why[0])


class SpareLookTest(LookTestCase):
    def setUp(self):
        super().setUp()
        self.spares = SpareLook(
            self.reading, self.world.host_file, self.store, lambda: ''
        )

    def test_none(self):
        self.assertEqual([], self.spares.every())
        self.assertEqual([], self.compute.asked)

    def test_a_spare_that_waits(self):
        self.world.reserve('h3')
        [found] = self.spares.every()
        self.assertEqual(('h3', 'spare'), (found.spare, found.state))
        self.assertIn('reserved spare', self.report('h3').why[0])

    def test_nova_is_away(self):
        self.world.reserve('h3')
        self.compute.error = errors.ComputeUnavailable('nova is down')
        [found] = self.spares.every()
        self.assertEqual('unknown', found.state)


class DeviceLookTest(LookTestCase):
    def setUp(self):
        super().setUp()
        power = SimPower(
            self.world.hosts, self.world.timeline, self.world.ledger
        )
        self.devices = DeviceLook(
            self.world.host_file, power, lambda device: f'at {device.driver}'
        )

    def test_a_device_that_is_well(self):
        found = self.devices.check('node-h1')
        self.assertEqual(('h1', True), (found.host, found.ok))
        [device] = found.devices
        self.assertEqual('at sim', device.address)
        self.assertIs(PowerState.ON, device.state)
        self.assertEqual('ok', device.result)
        self.assertEqual([], self.world.ledger.acts_of('power_off'))

    def test_nobody_knows_the_host(self):
        self.assertRaises(errors.UnknownHost, self.devices.check, 'h9')

    def test_a_device_with_a_problem(self):
        class Refuses:
            def check(self, host, device, deadline):
                return PowerCheck(
                    PowerState.UNKNOWN, '', f'{host.name}: wrong password'
                )

        look = DeviceLook(self.world.host_file, Refuses(), lambda _: '')
        found = look.check('h1')
        self.assertFalse(found.ok)
        self.assertEqual('wrong password', found.devices[0].result)

# SPDX-License-Identifier: Apache-2.0
"""A person has a host recovered that nobody has fenced."""

import logging
import unittest

import hypothesis
from hypothesis import strategies

from nova_ha.recovery import errors
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.states import OffBy
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.simulator.world import World
from tests.unit.engine.base import ClusterTest
from tests.unit.engine.base import WorldTest

DRIVER, CONFIRMED = OffBy.DRIVER, OffBy.CONFIRMED
SERVICE_DOWN = 70.0
"""Seconds until nova calls a host down that does not report any more."""


class ByHandTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.given()
        self.hand = self.world.daemon.engine.by_hand

    def create(self, off, host='h1'):
        return self.hand.create(host, off, 'jo', 'it burns')

    def dead(self, bmc='dead'):
        """h1 is off, nobody has told us, and its BMC does not answer."""
        self.world.hosts['h1'].switch_off()
        self.world.hosts['h1'].bmc = bmc
        self.world.run(SERVICE_DOWN)

    def refused(self, error, off=CONFIRMED):
        with self.assertRaises(error) as caught:
            self.create(off)
        return str(caught.exception)

    def test_its_drivers_power_it_off(self):
        created = self.create(DRIVER)
        self.assertIs(S.FENCING, created.state)
        self.assertEqual('operator', created.origin)
        self.assertEqual(
            'it burns (created by jo, off by driver)', created.reason
        )
        recovery = self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(created.uuid, recovery.uuid)
        self.assertFalse(self.world.hosts['h1'].on)
        self.assertNotEqual('confirmed', recovery.off_proof.method)
        self.assert_rows({'vm1': 'succeeded', 'vm2': 'succeeded'})

    def test_a_power_off_that_fails_evacuates_nothing(self):
        self.world.hosts['h1'].bmc = 'auth'
        self.create(DRIVER)
        self.world.until_state('h1', S.FENCE_FAILED)
        self.assertEqual(0, self.asked())
        said = self.refused(errors.ActiveRecoveryExists)
        self.assertIn('confirm there', said)

    def test_a_word_for_a_dead_host(self):
        self.dead()
        created = self.create(CONFIRMED)
        self.assertIs(S.FORCING_DOWN, created.state)
        self.assertEqual('confirmed by jo', created.off_proof.witness)
        self.assertEqual('confirmed', created.off_proof.method)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual([], self.world.ledger.acts_of('power_off'))
        self.assertEqual(
            ['fence_requested', 'off_verified'],
            self.world.history('h1')[:2],
        )

    def test_no_word_for_a_host_whose_bmc_says_on(self):
        self.world.hosts['h1'].reporting = False
        self.world.run(SERVICE_DOWN)
        said = self.refused(errors.HostAlive)
        self.assertIn('BMC says that it is powered on', said)
        self.assertIn('off: driver', said)
        self.assertIsNone(self.world.storage.store.active('h1'))

    def test_no_word_for_a_host_that_reports(self):
        self.world.hosts['h1'].bmc = 'dead'
        said = self.refused(errors.HostAlive)
        self.assertIn('nova calls its nova-compute up', said)

    def test_a_nova_that_is_away_has_not_seen_it(self):
        self.dead()
        fault = self.world.nova_away()
        self.create(CONFIRMED)
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)

    def test_one_recovery_at_a_time(self):
        self.world.fence('h1')
        running = self.world.recovery('h1').uuid
        for off in (DRIVER, CONFIRMED):
            said = self.refused(errors.ActiveRecoveryExists, off)
            self.assertIn(running, said)

    def test_two_at_the_same_time_make_one(self):
        """Another controller opens one between our look and our writing."""
        other = self.world.start('c2')
        created = []

        def first():
            by_hand = other.engine.by_hand
            created.append(by_hand.create('h1', DRIVER, 'al', 'smoke'))

        self.world.timeline.after(0.5, first)
        self.world.faults.add(Fault('store', 'open', delay=1.0))
        said = self.refused(errors.ActiveRecoveryExists, DRIVER)
        self.assertIn(created[0].uuid, said)

    def test_nothing_while_observing(self):
        self.world.daemon.engine.modes.set(Mode.OBSERVE, 'root', 'a drill')
        self.world.run(5)
        for off in (DRIVER, CONFIRMED):
            self.refused(errors.ObserveOnly, off)

    def test_nobody_knows_the_host(self):
        self.assertRaises(errors.UnknownHost, self.create, DRIVER, 'h9')

    def test_a_store_that_is_away(self):
        self.world.faults.add(
            Fault(
                'store', 'active', error=errors.StoreUnavailable('x'), times=9
            )
        )
        self.assertRaises(errors.StoreUnavailable, self.create, DRIVER)
        self.world.run(30)
        self.assertTrue(self.world.hosts['h1'].on)


class InAClusterTest(ClusterTest):
    def test_no_word_for_a_host_that_pacemaker_sees(self):
        self.given()
        host = self.world.hosts['h1']
        host.bmc = 'dead'
        host.reporting = False
        self.world.run(SERVICE_DOWN)
        with self.assertRaises(errors.HostAlive) as caught:
            self.world.daemon.engine.by_hand.create('h1', CONFIRMED, 'jo', '')
        self.assertIn('Pacemaker sees', str(caught.exception))


class PromisesTest(unittest.TestCase):
    """Whatever a person asks for, and whatever is broken: no promise is."""

    @hypothesis.settings(max_examples=40, deadline=None)
    @hypothesis.given(
        off=strategies.sampled_from(OffBy),
        bmc=strategies.sampled_from(['ok', 'dead', 'auth']),
        alive=strategies.booleans(),
        wait=strategies.sampled_from([0.0, 20.0, SERVICE_DOWN]),
        asked=strategies.integers(1, 3),
        nova_away=strategies.booleans(),
    )
    def test_no_evacuation_without_off(
        self, off, bmc, alive, wait, asked, nova_away
    ):
        # A word that is a lie which nobody can see through is not for us.
        hypothesis.assume(not (alive and nova_away and bmc != 'ok'))
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        world = World(3)
        try:
            for _ in range(2):
                world.nova.boot('h1')
            daemon = world.start()
            world.run(5)
            host = world.hosts['h1']
            host.bmc = bmc
            if not alive:
                host.switch_off()
            world.run(wait)
            fault = world.nova_away() if nova_away else None
            for _ in range(asked):
                try:
                    daemon.engine.by_hand.create('h1', off, 'jo', 'why')
                except errors.RecoveryError:
                    continue
            world.run(20)
            if fault is not None:
                world.back(fault)
            world.run(60)
            self.assertEqual([], world.ledger.broken)
            found = world.storage.store.recoveries(host='h1')
            self.assertLessEqual(len(found), 1)
            if alive and off is CONFIRMED:
                self.assertEqual([], list(found))
        finally:
            world.close()

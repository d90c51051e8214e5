# SPDX-License-Identifier: Apache-2.0
"""What happens seldom: writes that fail, and races that are lost."""

import datetime
import types

from nova_ha.recovery import errors
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.wire import Fault
from tests.simulator.world import STORE_AWAY
from tests.unit.engine.base import WorldTest


def asks(_recovery, _owner, rows, *_more):
    """Whether a write of evacuations is that of requests to be sent."""
    return any(r.state is EvacuationState.REQUESTED for r in rows)


class UnwrittenRequestTest(WorldTest):
    def test_what_could_not_be_written_down_is_not_sent(self):
        fault = self.world.faults.add(
            Fault(
                'store',
                'save_evacuations',
                error=STORE_AWAY,
                times=10**6,
                only=asks,
            )
        )
        self.lost_and_fenced(6)
        self.world.run(30)
        self.assertEqual([], self.world.ledger.acts_of('evacuate'))
        self.world.back(fault)
        self.world.until_state('h1', S.EVACUATED)
        self.assertEqual(1, self.world.rows('h1')['vm6'].attempts)

    def test_written_down_but_moved_meanwhile(self):
        self.world.faults.add(
            Fault(
                'store',
                'save_evacuations',
                error=errors.StaleRecovery('moved on'),
                times=3,
                only=asks,
            )
        )
        self.evacuated(2)
        self.assertEqual(1, self.asked('vm1'))


class NotSentTest(WorldTest):
    def test_voided_while_the_request_was_queued(self):
        """Seen running between the write and the sending."""
        self.given(3)
        daemon = self.world.daemon
        self.world.nova.spawn_takes = 5.0
        self.world.faults.add(
            Fault('store', 'save_evacuations', 'after', delay=25.0, only=asks)
        )
        self.world.timeline.after(1.0, self.world.hosts['h1'].switch_on)
        self.world.fence('h1')
        self.world.until(lambda: 'off_lost' in self.world.history('h1'))
        sent_at = self.world.timeline.monotonic()
        self.world.until_state('h1', S.EVACUATED, 300)
        self.assertTrue(daemon.process.alive)
        self.assertGreater(min(self.world.ledger.acts_of('evacuate')), sent_at)
        for name in ('vm1', 'vm2', 'vm3'):
            self.assertEqual(1, self.world.rows('h1')[name].attempts)


class GivenUpTest(WorldTest):
    SETTINGS = types.MappingProxyType({'timeout': 60.0})

    def test_deleted_after_it_was_given_up(self):
        self.world.nova.full = {'h2', 'h3'}
        self.lost_and_fenced(2)
        uuid = self.world.until_state('h1', S.EVACUATION_FAILED).uuid
        self.world.run(5)
        self.world.nova.full.clear()
        self.world.nova.delete(self.world.nova.servers['uuid-vm1'])
        self.world.daemon.engine.operator.retry(uuid, 'me')
        self.world.until_state('h1', S.EVACUATED)
        self.assert_rows({'vm1': 'skipped', 'vm2': 'succeeded'})


class VoidedAtTheAnswerTest(WorldTest):
    def test_nobody_is_told_what_is_not_true_any_more(self):
        """Seen running after off was verified, before it was recorded."""
        self.given()
        later = self.world.timeline.now() + datetime.timedelta(seconds=1)

        def seen_running():
            self.world.daemon.engine._journal.amend(
                self.world.recovery('h1'), fencing_since=later
            )

        self.world.timeline.after(0.1, seen_running)
        with self.assertRaisesRegex(errors.StoreUnavailable, 'moved on'):
            self.world.fence('h1')

    def test_a_failure_that_cannot_be_written_down(self):
        self.given()
        self.world.hosts['h1'].bmc = 'auth'
        self.world.faults.add(Fault('store', 'get', error=STORE_AWAY))
        self.assertRaises(errors.PowerAuthError, self.world.fence, 'h1')
        # The engine's own try tells it.
        self.world.until_state('h1', S.FENCE_FAILED)
        self.assert_alarmed('wrong password')

    def test_the_begin_is_raced_for_ever(self):
        self.given()
        self.world.faults.add(
            Fault(
                'store',
                'open',
                error=errors.ActiveRecoveryExists('h1 has one'),
                times=5,
            )
        )
        fenced = self.world.fence('h1')
        self.assertIsNone(fenced.recovery)
        self.world.until(self.world.storage.store.recoveries)
        self.world.until_state('h1', S.EVACUATED)

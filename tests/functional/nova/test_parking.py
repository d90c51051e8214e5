# SPDX-License-Identifier: Apache-2.0
"""No valid host: parked, then placed when a host is enabled."""

import threading

import fixtures

from nova_ha.recovery import parking
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState
from tests.functional.nova import base
from tests.functional.nova import controller


class ParkingTestCase(base.NovaTestCase):
    def setUp(self):
        super().setUp()
        self.controller = controller.Controller(
            self.gateway,
            self.hosts,
            self.useFixture(fixtures.TempDir()).path,
            host_watch_interval=0.5,
            backoff=0.2,
        )
        self.addCleanup(self.controller.stop)

    def disable(self, host):
        service = self.gateway.service(host)
        self.admin_api.api_put(
            f'/os-services/{service.id}',
            {'status': 'disabled', 'disabled_reason': 'no more here'},
        )

    def enable(self, host):
        """Enable a host, which nobody sees before the scheduler does.

        Nova shows it enabled a moment before Placement knows it is.
        """
        service = self.gateway.service(host)
        enabled = threading.Event()
        self.front.before = lambda request: (
            enabled.wait(50) if str(request) == 'GET /os-services' else None
        )
        self.gateway.enable(service)
        enabled.set()

    def until(self, state):
        self.wait_until(
            lambda: self.controller.recovery('host1').state is state,
            state.value,
        )

    def test_parked_then_placed(self):
        uuids = self.boot(3)
        for host in ('host2', 'host3'):
            self.disable(host)
        self.computes['host1'].stop()
        self.controller.fence('host1')

        self.until(RecoveryState.EVACUATION_FAILED)
        for row in self.controller.rows('host1'):
            self.assertIs(EvacuationState.FAILED, row.state)
            self.assertTrue(row.message.startswith(parking.PARKED), row)
            self.assertIn('No valid host was found', row.message)
            self.assertEqual(3, row.attempts)
        recovery = self.controller.recovery('host1')
        # It is on record first, and told then.
        self.wait_until(
            lambda: self.controller.notices.alarmed(recovery.uuid, '3 failed'),
            'alarm',
        )

        self.enable('host2')
        self.until(RecoveryState.EVACUATED)
        for uuid in uuids:
            instance = self.gateway.instance(uuid)
            self.assertEqual(
                ('host2', 'active'), (instance.host, instance.vm_state)
            )
        messages = [
            event.message
            for event in self.controller.store.events(recovery.uuid)
            if event.name == 'retry_requested'
        ]
        # Once more where Placement had not heard of it the first time.
        self.assertEqual(
            {'there may be room: host2 takes instances'}, set(messages)
        )

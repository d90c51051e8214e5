# SPDX-License-Identifier: Apache-2.0
"""Down, up and enabled: what nova does with a host's service record."""

import dataclasses

from nova_ha.recovery import errors
from nova_ha.recovery import model
from tests.functional.nova import base


class ServiceTestCase(base.NovaTestCase):
    hosts = ('host1',)

    def test_down_and_disabled_in_one_request(self):
        service = self.gateway.service('host1')
        self.assertTrue(service.up)
        self.assertFalse(service.disabled)
        mark = self.mark()
        self.front.forget()

        after = self.gateway.force_down(
            service, self.untouched(service), mark, self.proof()
        )

        (put,) = self.front.requests
        self.assertEqual(f'PUT /os-services/{service.id}', str(put))
        self.assertEqual(
            {
                'status': 'disabled',
                'disabled_reason': str(mark),
                'forced_down': True,
            },
            put.body,
        )
        self.assertFalse(after.up)
        self.assertTrue(after.disabled)
        self.assertTrue(after.forced_down)
        self.assertAlmostEqual(
            mark.at.timestamp(), after.updated_at.timestamp(), delta=5
        )
        self.assertEqual(
            base.RECOVERY,
            model.ServiceMark.recovery_of(after.disabled_reason),
        )
        self.assert_same(after, self.gateway.service('host1'))

    def test_all_of_them_in_one_request(self):
        self._start_compute('host2')
        service = self.gateway.service('host2')
        self.admin_api.api_put(
            f'/os-services/{service.id}', {'status': 'disabled'}
        )
        self.front.forget()
        found = {s.host: s for s in self.gateway.services()}
        self.assertEqual(['GET /os-services'], self.asked())
        self.assertEqual(
            {'host1': False, 'host2': True},
            {host: service.disabled for host, service in found.items()},
        )
        with self.cell_down():
            self.assertEqual([], self.gateway.services())

    def test_again_is_no_harm(self):
        service = self.gateway.service('host1')
        before = self.untouched(service)
        for _ in range(2):
            service = self.gateway.force_down(
                service, before, self.mark(), self.proof()
            )
            self.assertFalse(service.up)

    def test_the_operators_disable_stays(self):
        self._operator(status='disabled', disabled_reason='bad fan')
        service = self.gateway.service('host1')
        self.front.forget()

        after = self.gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof()
        )

        self.assertEqual(
            [{'forced_down': True}], [r.body for r in self.front.requests]
        )
        self.assertEqual('bad fan', after.disabled_reason)
        self.assertFalse(after.up)

    def test_the_operators_force_down_stays(self):
        self._operator(forced_down=True)
        service = self.gateway.service('host1')
        self.front.forget()

        after = self.gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof()
        )

        (put,) = self.front.requests
        self.assertNotIn('forced_down', put.body)
        self.assertTrue(after.disabled)
        self.assertTrue(after.forced_down)

    def test_nothing_left_to_say_is_not_said(self):
        self._operator(
            forced_down=True, status='disabled', disabled_reason='mine'
        )
        service = self.gateway.service('host1')
        self.front.forget()

        after = self.gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof()
        )

        self.assertEqual([], self.asked())
        self.assertEqual(service, after)

    def test_another_hosts_proof_is_none(self):
        service = self.gateway.service('host1')
        self.assertRaises(
            errors.UnsafeRequest,
            self.gateway.force_down,
            service,
            self.untouched(service),
            self.mark(),
            self.proof('host2'),
        )
        self.assertTrue(self.gateway.service('host1').up)

    def test_up_and_enabled_again(self):
        service = self.gateway.service('host1')
        service = self.gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof()
        )
        self.front.forget()

        self.assertTrue(self.gateway.force_up(service).up)
        after = self.gateway.enable(service)

        self.assertFalse(after.disabled)
        self.assertIsNone(after.disabled_reason)
        self.assertEqual([f'PUT /os-services/{service.id}'] * 2, self.asked())

    def test_unknown_host(self):
        error = self.assertRaises(
            errors.ComputeNotFound, self.gateway.service, 'nosuch'
        )
        self.assertIn('nosuch', str(error))

    def test_unknown_service(self):
        service = dataclasses.replace(
            self.gateway.service('host1'),
            id='c1f1a7b2-0000-4000-8000-000000000009',
        )
        error = self.assertRaises(
            errors.ComputeNotFound, self.gateway.enable, service
        )
        self.assertIn(service.id, str(error))

    def test_a_member_may_not(self):
        gateway = self.gateway_of(
            base.Headers(self.front.url, self.project, role='member')
        )
        service = self.gateway.service('host1')
        error = self.assertRaises(
            errors.ComputeForbidden, gateway.service, 'host1'
        )
        self.assertEqual(403, error.code)
        self.assertIn('os_compute_api:os-services:list', str(error))
        self.assertIn('role admin', str(error))
        self.assertIn('req-', str(error))
        self.assertRaises(errors.ComputeForbidden, gateway.enable, service)

    def test_a_cell_that_is_down_is_not_a_missing_host(self):
        with self.cell_down():
            error = self.assertRaises(
                errors.ComputeUnavailable, self.gateway.service, 'host1'
            )
        self.assertIn('cell', str(error))

    def assert_same(self, expected, found):
        """But for the moment of its last report, which goes on."""
        self.assertEqual(
            dataclasses.replace(expected, updated_at=found.updated_at), found
        )

    def _operator(self, **changes):
        service = self.gateway.service('host1')
        self.admin_api.api_put(f'/os-services/{service.id}', changes)

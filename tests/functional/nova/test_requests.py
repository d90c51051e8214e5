# SPDX-License-Identifier: Apache-2.0
"""How many requests a call is, and what happens when nova says no."""

import time

from testtools import content

from nova_ha.recovery import errors
from tests.functional.nova import base


def answer(status, *headers, body=b''):
    length = ('Content-Length', str(len(body)))
    return status, [length, *headers], body


class RequestsTestCase(base.NovaTestCase):
    hosts = ('host1', 'host2')

    def test_one_request_a_call(self):
        (uuid,) = self.boot(1)
        self.front.forget()
        gateway = self.gateway_of(self.auth)
        gateway.warm()
        self.assertEqual(['GET /'], self.asked())
        self.computes['host1'].stop()
        service = gateway.service('host1')
        before = self.untouched(service)
        took = []
        calls = {
            'service': lambda: gateway.service('host1'),
            'force_down': lambda: gateway.force_down(
                service, before, self.mark(), self.proof()
            ),
            'instances': lambda: gateway.instances('host1'),
            'instance': lambda: gateway.instance(uuid),
            'evacuate': lambda: gateway.evacuate(uuid, self.proof()),
            'migrations': lambda: gateway.migrations('host1'),
        }
        for name, call in calls.items():
            self.front.forget()
            started = time.perf_counter()
            call()
            milliseconds = (time.perf_counter() - started) * 1000
            took.append(f'{name} {milliseconds:.1f} ms')
            self.assertEqual(1, len(self.front.requests), name)
        self.addDetail('latency', content.text_content('\n'.join(took)))
        self.front.forget()
        gateway.warm()
        self.assertEqual([], self.asked())

    def test_a_new_token_and_once_more(self):
        self.front.forget()
        self.front.answers.append(answer('401 Unauthorized'))
        self.assertTrue(self.gateway.service('host1').up)
        self.assertEqual(1, self.auth.renewed)
        self.assertEqual(2, len(self.asked()))

    def test_microversion_no_longer_known(self):
        self.front.answers.append(answer('406 Not Acceptable'))
        error = self.assertRaises(
            errors.ComputeUnavailable, self.gateway.service, 'host1'
        )
        self.assertIn('negotiated again', str(error))
        self.front.forget()
        self.assertTrue(self.gateway.service('host1').up)
        self.assertEqual(['GET /', 'GET /os-services'], self.asked())

    def test_another_endpoint_in_the_catalogue(self):
        self.auth.url = self.auth.url.removesuffix('/v2.1')
        self.front.forget()
        self.assertTrue(self.gateway.service('host1').up)
        self.assertEqual(['GET /', 'GET /os-services'], self.asked())

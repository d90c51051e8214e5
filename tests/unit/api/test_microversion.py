# SPDX-License-Identifier: Apache-2.0
"""Which version an answer has."""

import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.api import errors
from nova_ha.api import microversion
from tests.unit.api import test_app


class WantedTest(unittest.TestCase):
    def test_headers(self):
        for header in (
            None,
            '',
            'compute-ha 1.0',
            'compute-ha latest',
            'COMPUTE-HA  LATEST',
            'compute 2.94',
            'compute 2.94, compute-ha 1.0',
            'compute x, compute-ha 1.0 ,volume 3.0',
        ):
            with self.subTest(header):
                self.assertEqual(
                    microversion.Version(1, 0), microversion.wanted(header)
                )

    def test_refusals(self):
        for header, status, code in (
            ('compute-ha', 400, 'version.invalid'),
            ('compute-ha 1', 400, 'version.invalid'),
            ('compute-ha 1.0 1.0', 400, 'version.invalid'),
            ('compute-ha 01.0', 400, 'version.invalid'),
            ('compute-ha 1.\u0660', 400, 'version.invalid'),
            ('compute-ha 1.1', 406, 'version.unsupported'),
            ('compute-ha 0.9', 406, 'version.unsupported'),
            ('compute-ha 99999.99999', 406, 'version.unsupported'),
        ):
            with self.subTest(header):
                with self.assertRaises(errors.BadRequest) as caught:
                    microversion.wanted(header)
                self.assertEqual(
                    (status, code),
                    (caught.exception.status, caught.exception.code),
                )

    @hypothesis.given(st.text(max_size=40))
    def test_no_header_surprises(self, text):
        for header in (text, f'compute-ha {text}'):
            try:
                microversion.wanted(header)
            except errors.BadRequest as error:
                self.assertIn(error.status, (400, 406))


class AnswersTest(test_app.AppTestCase):
    def test_each_answer_tells_its_version(self):
        for path in ('/', '/v1/hosts', '/v1/nowhere', '/v1/hosts/x/power'):
            with self.subTest(path):
                result = self.get(path)
                self.assertEqual(
                    'compute-ha 1.0', result.headers['openstack-api-version']
                )
                self.assertIn('OpenStack-API-Version', result.headers['vary'])

    def test_a_refusal_tells_what_there_is(self):
        for header, status, code in (
            ('compute-ha 7.7', 406, 'version.unsupported'),
            ('compute-ha x', 400, 'version.invalid'),
        ):
            with self.subTest(header):
                result = self.get(
                    '/v1/hosts', headers={'OpenStack-API-Version': header}
                )
                message = self.assert_error(result, status, code)
                self.assertIn('1.0', message)
                self.assertIn('vary', result.headers)

# SPDX-License-Identifier: Apache-2.0
"""What is said of nova, Placement and glance, over real sockets."""

import testtools

from nova_ha.cmd.checks import cloud as checks
from nova_ha.cmd.checks.findings import Code
from tests.unit.compute import cloud


def refuse(handler):
    handler.answer(403, {'forbidden': {'code': 403, 'message': 'not you'}})


def fail(handler):
    handler.answer(503, {})


class CloudTest(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())

    def conf(self):
        conf = self.cloud.conf()
        for group in ('glance', 'placement'):
            url = f'{self.cloud.url}/{group}'
            conf.set_override('endpoint_override', url, group=group)
        return conf

    def assert_check(self, code, part, check, *scripts):
        self.cloud.scripts[:] = scripts
        result = check(self.conf())
        self.assertIn(part, result.details)
        self.assertEqual(code, result.code)

    def version(self, newest):
        return lambda handler: handler.answer(200, cloud.version(newest))

    def services(self, handler):
        handler.answer(200, {'services': [cloud.SERVICE]})

    def migrations(self, handler):
        handler.answer(200, {'migrations': []})

    def test_nova(self):
        self.assert_check(
            Code.SUCCESS,
            '1 compute hosts',
            checks.check_nova,
            self.version('2.100'),
            self.services,
            self.migrations,
        )
        self.assertIn('GET /compute/v2.1/os-migrations', self.cloud.requests)

    def test_nova_is_too_old(self):
        self.assert_check(
            Code.FAILURE,
            'needs 2.53 at least',
            checks.check_nova,
            self.version('2.52'),
        )

    def test_nova_says_no(self):
        self.assert_check(
            Code.FAILURE,
            'role admin',
            checks.check_nova,
            self.version('2.100'),
            refuse,
        )
        self.assert_check(
            Code.FAILURE,
            'role admin',
            checks.check_nova,
            self.version('2.100'),
            self.services,
            refuse,
        )

    def test_nova_is_away(self):
        self.assert_check(
            Code.WARNING, 'cannot be told', checks.check_nova, fail
        )

    def test_nova_is_not_described(self):
        conf = self.cloud.conf(auth_type=None)
        result = checks.check_nova(conf)
        self.assertEqual(Code.FAILURE, result.code)
        self.assertIn('[nova] auth_type is not set', result.details)

    def test_placement(self):
        check = checks.check_placement
        self.assert_check(
            Code.SUCCESS,
            'shows its resource providers',
            check,
            lambda handler: handler.answer(200, {'resource_providers': []}),
        )
        self.assert_check(Code.WARNING, 'capacity cannot be', check, refuse)
        self.assert_check(Code.WARNING, 'capacity cannot be', check, fail)

    def test_placement_without_nova(self):
        result = checks.check_placement(self.cloud.conf(auth_type=None))
        self.assertEqual(Code.WARNING, result.code)
        self.assertIn('[nova] comes first', result.details)

    def test_glance(self):
        check = checks.check_glance
        self.assert_check(
            Code.SUCCESS,
            'shows its images',
            check,
            lambda handler: handler.answer(200, {'images': []}),
        )
        self.assert_check(Code.WARNING, 'no snapshot can', check, refuse)
        self.assert_check(Code.WARNING, 'cannot be told', check, fail)
        self.assert_check(
            Code.WARNING,
            'not what glance answers',
            check,
            lambda handler: handler.answer(200, {}),
        )

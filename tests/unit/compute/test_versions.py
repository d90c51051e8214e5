# SPDX-License-Identifier: Apache-2.0
"""Which URL and which microversion."""

import testtools

from nova_ha.compute import versions
from nova_ha.recovery import errors

URLS = {
    'http://nova:8774': 'http://nova:8774/v2.1',
    'http://nova:8774/': 'http://nova:8774/v2.1',
    'http://nova:8774/v2.1': 'http://nova:8774/v2.1',
    'http://nova:8774/v2.1/': 'http://nova:8774/v2.1',
    'http://nova:8774/v2/0123abcd': 'http://nova:8774/v2.1',
    'http://nova:8774/v2.1/%(project_id)s': 'http://nova:8774/v2.1',
    'https://cloud/compute': 'https://cloud/compute/v2.1',
    'https://cloud/compute/v2.1/abc': 'https://cloud/compute/v2.1',
    'https://[::1]:8774/v2.1': 'https://[::1]:8774/v2.1',
    'https://v2.example/nova': 'https://v2.example/nova/v2.1',
}


def document(newest, oldest='2.1'):
    return {'version': newest, 'min_version': oldest}


class VersionsTestCase(testtools.TestCase):
    def test_urls(self):
        for endpoint, url in URLS.items():
            self.assertEqual(url, versions.versioned(endpoint))

    def test_microversions(self):
        for newest, chosen in (
            ('2.53', '2.53'),
            ('2.93', '2.93'),
            ('2.94', '2.94'),
            ('2.95', '2.94'),
            ('2.100', '2.94'),
        ):
            found = versions.choose(document(newest), 'url')
            self.assertEqual(chosen, found.get_string())

    def test_which_are_known(self):
        for newest, oldest, expected in (
            ('2.94', '2.1', False),
            ('2.95', '2.1', True),
            ('2.100', '2.1', True),
            ('2.200', '2.96', False),
            ('', '', False),
        ):
            found = versions.knows(document(newest, oldest), versions.STOPPING)
            self.assertEqual(expected, found, newest)

    def test_too_old(self):
        error = self.assertRaises(
            errors.ComputeTooOld, versions.choose, document('2.52'), 'url'
        )
        for word in ('2.52', '2.53', 'url', 'Pike'):
            self.assertIn(word, str(error))

    def test_too_new(self):
        self.assertRaises(
            errors.ComputeTooOld,
            versions.choose,
            document('2.200', '2.95'),
            'url',
        )

# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage catalog: what it is told; Keystone has tests of its own."""

import argparse
import unittest

from nova_ha.cmd.commands import catalog


class UrlTest(unittest.TestCase):
    def test_good_ones(self):
        for text in (
            'http://192.0.2.1:8790',
            'https://ha.example.org',
            'https://ha.example.org/compute-ha',
        ):
            self.assertEqual(text, catalog._url(text))
            self.assertEqual(text, catalog._url(f'{text}/'))

    def test_bad_ones(self):
        for text in (
            '',
            'ha.example.org:8790',
            'ftp://ha.example.org',
            'https://',
            'https://ha.example.org/v1',
            'https://ha.example.org/v1/',
            'https://ha.example.org/?x=1',
        ):
            with (
                self.subTest(text),
                self.assertRaises(argparse.ArgumentTypeError),
            ):
                catalog._url(text)

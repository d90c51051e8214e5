# SPDX-License-Identifier: Apache-2.0
"""The probe, on real sockets of this machine."""

import socket
import unittest

from nova_ha import probe


class ProbeTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(self.socket.close)
        self.port = self.socket.getsockname()[1]
        self.probe = probe.SocketProbe(timeout=1.0)

    def test_answers(self):
        self.assertTrue(self.probe.tcp('127.0.0.1', self.port))

    def test_does_not(self):
        # Bound, so that nobody else listens there.
        with socket.socket() as deaf:
            deaf.bind(('127.0.0.1', 0))
            port = deaf.getsockname()[1]
            self.assertFalse(self.probe.tcp('127.0.0.1', port))

    def test_no_address(self):
        for address in ('not an address', '::ffff:300.0.0.1', '\ud800'):
            self.assertFalse(self.probe.tcp(address, self.port))
        self.assertFalse(self.probe.tcp('127.0.0.1', 0))

# SPDX-License-Identifier: Apache-2.0
"""From options to a connection; nobody is asked."""

import socket

from keystoneauth1.identity import v3
import testtools

from nova_ha.compute import answers
from nova_ha.compute import connection
from nova_ha.recovery import errors
from tests.unit.compute import cloud


class ConnectionTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())

    def wrong(self, **options):
        error = self.assertRaises(
            answers.ComputeMisconfigured,
            connection.from_conf,
            self.cloud.conf(**options),
        )
        return str(error)

    def test_options_arrive(self):
        adapter = connection.from_conf(
            self.cloud.conf(
                region_name='R', endpoint_override='http://x/', timeout=7
            )
        )
        self.assertEqual('R', adapter.region_name)
        self.assertEqual('http://x/', adapter.endpoint_override)
        self.assertEqual(['internal', 'public'], adapter.interface)
        self.assertEqual('compute', adapter.service_type)
        self.assertEqual(7, adapter.session.timeout)
        self.assertEqual([], self.cloud.requests)
        self.assertEqual(0, self.cloud.tokens)

    def test_a_connection_for_each_thread(self):
        conf = self.cloud.conf()
        conf.set_override('evacuation_workers', 11, group='engine')
        conf.set_override('recovery_workers', 20, group='engine')
        pool = connection.from_conf(conf).session.session.get_adapter(
            'http://'
        )
        self.assertEqual(31, pool.poolmanager.connection_pool_kw['maxsize'])

    def test_application_credentials(self):
        conf = self.cloud.conf(
            auth_type='v3applicationcredential',
            application_credential_id='id',
            application_credential_secret='secret',
        )
        auth = connection.from_conf(conf).session.auth
        self.assertIsInstance(auth, v3.ApplicationCredential)

    def test_options_of_another_section(self):
        conf = self.cloud.conf(auth_section='keystone_authtoken')
        error = self.assertRaises(
            answers.ComputeMisconfigured, connection.from_conf, conf
        )
        self.assertIn('[keystone_authtoken] auth_type', str(error))

    def test_no_auth_type(self):
        text = self.wrong(auth_type=None)
        self.assertIn('[nova] auth_type is not set', text)

    def test_unknown_auth_type(self):
        text = self.wrong(auth_type='nosuch')
        self.assertIn("[nova] auth_type: there is no 'nosuch'", text)

    def test_missing_option(self):
        self.assertIn('[nova] auth_url', self.wrong(auth_url=None))

    def test_missing_files(self):
        for name in ('cafile', 'certfile', 'keyfile'):
            text = self.wrong(**{name: '/nonexistent'})
            self.assertIn(f'[nova] {name}', text)

    def test_no_timeout(self):
        self.assertIn('[nova] timeout', self.wrong(timeout=0))

    def test_interfaces(self):
        for value in ('', 'internalURL'):
            text = self.wrong(valid_interfaces=value)
            self.assertIn('[nova] valid_interfaces', text)

    def test_sockets_notice_a_dead_machine(self):
        adapter = connection.from_conf(
            self.cloud.conf(connect_timeout=2.5, timeout=30)
        )
        pool = adapter.session.session.get_adapter('http://').poolmanager
        opened = pool.connection_from_url(self.cloud.url)._new_conn()
        opened.connect()
        self.addCleanup(opened.close)
        self.assertEqual(
            2500,
            opened.sock.getsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT
            ),
        )

    def test_a_connection_that_does_not_come_about(self):
        full = socket.socket()
        self.addCleanup(full.close)
        full.bind(('127.0.0.1', 0))
        full.listen(0)
        url = f'http://127.0.0.1:{full.getsockname()[1]}/v3'
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            self.addCleanup(client.close)
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        gateway = self.cloud.gateway(
            auth_url=url, connect_timeout=0.2, timeout=30
        )
        error = self.assertRaises(
            errors.ComputeUnavailable, gateway.service, 'host1'
        )
        self.assertIn('timed out', str(error))

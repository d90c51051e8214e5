# SPDX-License-Identifier: Apache-2.0
"""TLS with certificates that were really made, on a real port."""

import contextlib
import pathlib
import shutil
import socket
import ssl
import tempfile
import time
import unittest

from oslo_config import cfg
import requests

from nova_ha.api import tcp
from nova_ha.api import tls
from nova_ha.conf import api as options
from nova_ha.conf import fencer
from tests.functional.daemon.process import wait_until
from tests.functional.rest import certificates
from tests.functional.rest import in_process
from tests.functional.servers.process import free_port
from tests.unit.api import scripted


class TlsTestCase(unittest.TestCase):
    """The TCP API in this process; Keystone is not asked."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.authority = certificates.Authority(self.directory)
        self.certificate, self.key = self.authority.sign('server')
        self.port = free_port()

    def start(self, **overrides):
        conf = cfg.ConfigOpts()
        for module in (options, fencer):
            module.register_opts(conf)
        login = self.directory / 'login.conf'
        login.write_text('[keystone_authtoken]\nauth_type = none\n')
        conf([], default_config_files=[str(login)])
        for name, value in {
            'enabled': True,
            'bind_port': self.port,
            'tls_cert_file': str(self.certificate),
            'tls_key_file': str(self.key),
            **overrides,
        }.items():
            conf.set_override(name, value, options.GROUP)
        api = tcp.TcpApi(
            conf, lambda: in_process.application(conf, scripted.Engine())
        )
        api.start()
        self.addCleanup(api.stop, 5)
        wait_until(lambda: api.serving, 'REST API')
        return api

    def get(self, path='/v1/health/live', **more):
        more.setdefault('verify', str(self.authority.certificate))
        return requests.get(
            f'https://127.0.0.1:{self.port}{path}', timeout=10, **more
        )


class ServerTest(TlsTestCase):
    def test_an_answer(self):
        self.start()
        self.assertEqual({'live': True}, self.get().json())
        [version] = self.get('/').json()['versions']
        self.assertEqual(
            f'https://127.0.0.1:{self.port}/v1', version['links'][0]['href']
        )

    def test_nobody_else_is_believed(self):
        self.start()
        stranger = certificates.Authority(self.directory, 'stranger')
        with self.assertRaises(requests.exceptions.SSLError):
            self.get(verify=str(stranger.certificate))

    def test_what_is_too_old_is_refused(self):
        self.start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers('ALL:@SECLEVEL=0')
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with (
            socket.create_connection(('127.0.0.1', self.port)) as plain,
            self.assertRaises((ssl.SSLError, ConnectionResetError)),
            context.wrap_socket(plain),
        ):
            pass

    def test_whoever_says_nothing_keeps_nobody_out(self):
        """Nor does plain HTTP, nor rubbish."""
        self.start(threads=8)
        with contextlib.ExitStack() as stack:
            for word in (b'', b'', b'', b'GET / HTTP/1.0\r\n\r\n', b'x' * 99):
                silent = socket.create_connection(('127.0.0.1', self.port))
                stack.enter_context(silent)
                silent.sendall(word)
            begin = time.monotonic()
            self.assertTrue(self.get().ok)
            self.assertLess(time.monotonic() - begin, 5)

    def test_the_key_in_the_same_file(self):
        both = self.directory / 'both.pem'
        both.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())
        self.start(tls_cert_file=str(both), tls_key_file='')
        self.assertTrue(self.get().ok)

    def test_a_renewed_certificate(self):
        api = self.start()
        first = self.number()
        for path in self.authority.sign('renewed'):
            path.rename(self.directory / f'server{path.suffix}')
        api.reload()
        second = self.number()
        self.assertNotEqual(first, second)
        # The key of the one and the certificate of the other.
        self.authority.sign('other')[1].rename(self.key)
        with self.assertLogs('nova_ha.api.tcp', 'ERROR') as logged:
            api.reload()
        self.assertIn('tls_cert_file', logged.output[0])
        self.assertEqual(second, self.number())

    def number(self):
        pem = ssl.get_server_certificate(('127.0.0.1', self.port))
        return hash(pem)

    def test_drains_and_starts_again(self):
        api = self.start()
        api.stop(5)
        with self.assertRaises(requests.ConnectionError):
            self.get()
        self.start()
        self.assertTrue(self.get().ok)


class ClientTest(TlsTestCase):
    def test_only_with_a_certificate_of_theirs(self):
        people = certificates.Authority(self.directory, 'people')
        self.start(tls_ca_file=str(people.certificate))
        good = tuple(map(str, people.sign('alice')))
        self.assertTrue(self.get(cert=good).ok)
        bad = tuple(map(str, self.authority.sign('mallory')))
        for certificate in (None, bad):
            with self.assertRaises(requests.ConnectionError):
                self.get(cert=certificate)


class FilesTest(TlsTestCase):
    def test_what_cannot_be_used_is_named(self):
        empty = self.directory / 'empty.pem'
        empty.touch()
        locked = self.directory / 'locked.key'
        certificates.openssl(
            *('ec', '-in', self.key, '-aes128', '-passout', 'pass:secret'),
            *('-out', locked),
        )
        for files, complaint in (
            (tls.Files('/no.pem'), '[api] tls_cert_file: there is no file'),
            (tls.Files(str(empty)), '[api] tls_cert_file'),
            (tls.Files(str(self.certificate)), 'in the same file'),
            (
                tls.Files(str(self.certificate), '/no.key'),
                '[api] tls_key_file',
            ),
            (tls.Files(str(self.certificate), str(locked)), 'passphrase'),
            (
                tls.Files(str(self.certificate), str(self.key), str(empty)),
                '[api] tls_ca_file',
            ),
        ):
            with (
                self.subTest(complaint),
                self.assertRaises(tls.TlsError) as caught,
            ):
                tls.Adapter(files)
            self.assertIn(complaint, str(caught.exception))

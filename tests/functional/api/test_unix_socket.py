# SPDX-License-Identifier: Apache-2.0
"""The socket: whose it is, and what may be in its way."""

import os
import shutil
import socket
import threading

from nova_ha.api import unix_socket
from nova_ha.pacemaker import client
from tests.functional.api import base


class SocketTest(base.ApiTestCase):
    def test_rights(self):
        self.addCleanup(os.umask, os.umask(0o077))
        self.start(socket_mode='0640', socket_group='daemon')
        status = self.path.stat()
        self.assertEqual(0o640, status.st_mode & 0o7777)
        self.assertEqual(os.getuid(), status.st_uid)
        self.assertEqual('daemon', self.path.group())
        self.assertEqual(0o755, self.path.parent.stat().st_mode & 0o7777)
        self.assertEqual(
            ['fencer.sock', 'fencer.sock.lock'],
            sorted(path.name for path in self.path.parent.iterdir()),
        )

    def test_of_no_group_but_its_own(self):
        """Also where the directory gives what is made in it another."""
        self.path.parent.mkdir()
        shutil.chown(self.path.parent, group='daemon')
        self.path.parent.chmod(0o2755)
        made = unix_socket.UnixSocket(
            self.path, unix_socket.Rights(None, '', '0660', section='api')
        )
        self.addCleanup(made.close)
        self.assertEqual(os.getgid(), self.path.stat().st_gid)

    def test_never_there_with_other_rights(self):
        """Somebody looks at the path all the time while it is made."""
        seen = set()
        stop = threading.Event()

        def look():
            while not stop.is_set():
                for path in self.directory.glob('run/*.sock'):
                    try:
                        seen.add(path.stat().st_mode & 0o7777)
                    except FileNotFoundError:
                        continue

        looking = threading.Thread(target=look)
        looking.start()
        for _ in range(10):
            self.start(socket_mode='0600').stop(1)
        stop.set()
        looking.join()
        self.assertLessEqual(seen, {0o600})

    def test_left_by_a_dead_process(self):
        self.path.parent.mkdir()
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(self.path))
        self.start()
        client.ask(str(self.path), 'GET', '/')

    def test_second_daemon(self):
        self.start()
        with self.assertRaisesRegex(
            unix_socket.SocketError, r'another nova-ha-fencer \(process \d+\)'
        ):
            self.start()
        client.ask(str(self.path), 'GET', '/')

    def test_served_by_another_program(self):
        self.path.parent.mkdir()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(self.path))
            other.listen(0)
            # The second time its queue of connections is full.
            self.assert_refused('served by another program')
            self.assert_refused('served by another program')
        self.assertTrue(self.path.exists())

    def test_no_socket_in_the_way(self):
        self.path.parent.mkdir()
        self.path.write_text('precious')
        self.assert_refused('is in the way and is no socket')
        self.assertEqual('precious', self.path.read_text())

    def test_unknown_owner_and_group(self):
        self.assert_refused('no user mr-x', socket_owner='mr-x')
        self.assert_refused('no group mr-x', socket_group='mr-x')

    def test_path_that_cannot_be(self):
        self.path = self.directory / ('x' * 90) / 'fencer.sock'
        self.assert_refused('too long')
        file = self.directory / 'file'
        file.touch()
        self.path = file / 'fencer.sock'
        self.assert_refused('cannot make')

    def test_after_a_refusal_the_path_is_free(self):
        self.assert_refused('no user', socket_owner='mr-x')
        self.start()

    def assert_refused(self, complaint, **options):
        with self.assertRaisesRegex(unix_socket.SocketError, complaint):
            self.start(**options)

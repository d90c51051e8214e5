# SPDX-License-Identifier: Apache-2.0
"""The OCF agent with a real daemon, called as pacemaker-execd calls it."""

import os
import pathlib
import signal
import subprocess
import sys
import time
from unittest import mock

from tests.functional.daemon.process import wait_until
from tests.functional.pacemaker import base

SUCCESS = 0
GENERIC = 1
ARGS = 2
UNIMPLEMENTED = 3
INSTALLED = 5
CONFIGURED = 6
NOT_RUNNING = 7
NO_DATABASE = 'mysql+pymysql://u:hidden@127.0.0.1:9/x'


class LifeTest(base.OcfTestCase):
    def test_from_start_to_stop(self):
        self.assert_agent(NOT_RUNNING, 'monitor')
        self.assert_agent(SUCCESS, 'start')
        self.assertTrue(self.fencer.ask('GET', '/v1/health')['healthy'])
        pid = self.pid()
        self.assert_agent(SUCCESS, 'monitor')
        self.assert_agent(SUCCESS, 'monitor', level=10)
        self.assert_agent(SUCCESS, 'start')
        self.assertEqual(pid, self.pid())
        self.assert_agent(SUCCESS, 'stop')
        self.assertFalse(self.runs(pid))
        self.assertIn('Stopped', self.fencer.log())
        self.assertFalse(self.pid_file.exists())
        self.assert_agent(NOT_RUNNING, 'monitor')
        self.assert_agent(SUCCESS, 'stop')

    def test_the_daemon_is_free_of_whoever_started_it(self):
        read, write = os.pipe()
        os.set_inheritable(write, True)
        self.addCleanup(os.close, read)
        done = subprocess.run(
            [sys.executable, '-c', CALLER, base.OCF_AGENT],
            env=self.environment(),
            close_fds=False,
            check=False,
        )
        os.close(write)
        self.assertEqual(0, done.returncode)
        pid = self.pid()
        proc = pathlib.Path(f'/proc/{pid}')
        environment = proc.joinpath('environ').read_bytes().split(b'\0')
        self.assertEqual(
            {b'PATH', b'HOME', b'LANG'},
            {word.split(b'=')[0] for word in environment if word},
        )
        self.assertEqual('/', str((proc / 'cwd').readlink()))
        self.assertEqual(pid, os.getsid(pid))
        status = dict(
            line.split(':\t', 1)
            for line in proc.joinpath('status').read_text().splitlines()
        )
        self.assertEqual(0, int(status['SigBlk'], 16))
        self.assertEqual('0022', status['Umask'])
        # Nobody but the caller has the pipe: its end is seen.
        self.assertEqual(b'', os.read(read, 1))

    def test_joins_a_daemon_that_somebody_else_started(self):
        self.fencer.start()
        self.assert_agent(SUCCESS, 'monitor')
        self.assert_agent(SUCCESS, 'start')
        self.assertEqual(self.fencer.pid, self.pid())
        self.assert_agent(SUCCESS, 'stop')
        self.assertEqual(0, self.fencer._process.wait(10))

    def test_stops_a_daemon_whose_pid_file_is_lost(self):
        self.assert_agent(SUCCESS, 'start')
        pid = self.pid()
        self.pid_file.unlink()
        self.assert_agent(SUCCESS, 'stop')
        self.assertFalse(self.runs(pid))

    def test_waits_for_a_daemon_that_is_just_being_started(self):
        self.fencer.launch()
        lock = self.fencer.socket.with_name('s.lock')
        wait_until(lambda: lock.exists() and lock.read_text(), 'its lock')
        self.assert_agent(SUCCESS, 'start')
        self.assertEqual(self.fencer.pid, self.pid())

    def test_starts_a_new_one_when_the_old_one_has_died(self):
        self.assert_agent(SUCCESS, 'start')
        old = self.pid()
        os.kill(old, signal.SIGKILL)
        self.wait_gone(old)
        self.assertTrue(self.fencer.socket.exists())
        self.assert_agent(NOT_RUNNING, 'monitor')
        self.assert_agent(SUCCESS, 'start')
        self.assertNotEqual(old, self.pid())

    def test_a_stranger_with_the_same_pid_is_left_alone(self):
        with subprocess.Popen(['sleep', '60']) as stranger:
            self.addCleanup(stranger.kill)
            self.pid_file.parent.mkdir()
            self.pid_file.write_text(f'{stranger.pid}\n12345\n')
            self.assert_agent(NOT_RUNNING, 'monitor')
            self.assert_agent(SUCCESS, 'stop')
            self.assertIsNone(stranger.poll())
            stranger.kill()

    def test_starts_at_the_same_time_end_in_one_daemon(self):
        starts = [
            subprocess.Popen(
                [sys.executable, '-IS', base.OCF_AGENT, 'start'],
                env=self.environment(),
                stderr=subprocess.PIPE,
            )
            for _ in range(3)
        ]
        for start in starts:
            start.communicate(timeout=60)
        self.assert_agent(SUCCESS, 'monitor')
        self.assert_agent(SUCCESS, 'stop')
        self.assert_agent(NOT_RUNNING, 'monitor')


class TroubleTest(base.OcfTestCase):
    def test_a_daemon_that_will_not_start_says_why(self):
        self.fencer.hosts_file.write_text('hosts: 7')
        begin = time.monotonic()
        self.assert_agent(GENERIC, 'start', 'ended at once: .*hosts')
        self.assertLess(time.monotonic() - begin, 30)
        self.assert_agent(NOT_RUNNING, 'monitor')

    def test_a_daemon_that_hangs(self):
        self.assert_agent(SUCCESS, 'start')
        pid = self.pid()
        os.kill(pid, signal.SIGSTOP)
        self.assert_agent(
            GENERIC,
            'monitor',
            f'process {pid} .* runs, but: no answer',
            timeout=2,
        )
        self.assert_agent(
            GENERIC, 'start', f'process {pid} .* does not answer', timeout=2
        )
        os.kill(pid, signal.SIGCONT)
        # In time for Pacemaker, unless the machine itself is held up.
        wait_until(lambda: self.seconds_to_stop(5) < 5, 'stop in time', 60)

    def seconds_to_stop(self, timeout):
        """Return how long it takes to stop a daemon that hangs."""
        self.assert_agent(SUCCESS, 'start')
        pid = self.pid()
        os.kill(pid, signal.SIGSTOP)
        begin = time.monotonic()
        self.assert_agent(
            SUCCESS, 'stop', f'process {pid} .* is killed', timeout=timeout
        )
        seconds = time.monotonic() - begin
        self.assertFalse(self.runs(pid))
        return seconds

    def test_cannot_fence(self):
        """Alive, so a restart would not help; only the deep look fails."""
        self.fencer.configure({'database': {'connection': NO_DATABASE}})
        self.fencer.spool.write_text('no directory')
        self.assert_agent(SUCCESS, 'start')
        self.assert_agent(SUCCESS, 'monitor')
        self.assert_agent(
            GENERIC, 'monitor', 'cannot fence: nothing can be rec', level=10
        )

    def test_reload_reads_the_hosts_file_again(self):
        self.assert_agent(SUCCESS, 'start')
        self.fencer.write_hosts({**base.FAKE, 'compute2': {'driver': 'fake'}})
        self.assert_agent(SUCCESS, 'reload')
        wait_until(
            lambda: len(self.fencer.ask('GET', '/v1/hosts')['hosts']) == 2,
            'the second host',
        )
        self.assert_agent(SUCCESS, 'reload-agent')
        self.assert_agent(SUCCESS, 'stop')
        self.assert_agent(NOT_RUNNING, 'reload', 'does not run')


class ParametersTest(base.OcfTestCase):
    def test_missing_on_this_machine(self):
        nothing = self.directory / 'nothing'
        for name, reason in (
            ('binary', f'no {nothing}: install nova-ha'),
            ('config', f'no {nothing}: configure nova-ha'),
            ('user', f'no user {nothing}'),
        ):
            for action in ('start', 'validate-all'):
                with self.subTest(action=action, parameter=name):
                    self.assert_agent(
                        INSTALLED, action, reason, **{name: nothing}
                    )
        self.assert_agent(
            INSTALLED,
            'start',
            'may not be executed',
            binary=self.fencer.config_file,
        )
        # A probe and a stop must not fail for that.
        self.assert_agent(NOT_RUNNING, 'monitor', binary=nothing)
        self.assert_agent(SUCCESS, 'stop', binary=nothing)

    def test_wrong_everywhere(self):
        for name, value, reason in (
            ('socket', 'here', "socket 'here' is no absolute path"),
            ('additional_parameters', '"', 'No closing quotation'),
        ):
            with self.subTest(name):
                self.assert_agent(
                    CONFIGURED, 'validate-all', reason, **{name: value}
                )

    def test_valid(self):
        self.assert_agent(SUCCESS, 'validate-all')

    def test_additional_parameters(self):
        more = self.directory / 'more conf'
        more.mkdir()
        (more / 'x.conf').write_text('[DEFAULT]\ndebug = true\n')
        self.assert_agent(
            SUCCESS, 'start', additional_parameters=f'--config-dir "{more}"'
        )
        self.assertIn('DEBUG', self.fencer.log())

    def test_another_user(self):
        """With a stand-in: not everybody can reach the tests' own Python."""
        if os.getuid() != 0:
            self.skipTest('needs root')
        self.directory.chmod(0o755)
        daemon = self.directory / 'daemon'
        daemon.write_text(STAND_IN)
        daemon.chmod(0o755)
        where = self.directory / 'run' / 'by' / 's'
        log = self.directory / 'log' / 'l'
        with mock.patch.dict(
            self.parameters,
            binary=daemon,
            socket=where,
            log=log,
            additional_parameters=where,
            user='nobody',
        ):
            self.assert_agent(INSTALLED, 'start', 'user ghost', user='ghost')
            self.assert_agent(SUCCESS, 'start')
            status = pathlib.Path(f'/proc/{self.pid()}/status').read_text()
            self.assertIn('Uid:\t65534\t65534\t65534\t65534', status)
            self.assertIn('Gid:\t65534\t65534\t65534\t65534', status)
            self.assertRegex(status, r'Groups:\t65534 *\n')
            self.assertEqual(65534, log.parent.stat().st_uid)
            self.assert_agent(SUCCESS, 'stop')

    def test_usage(self):
        self.assert_agent(UNIMPLEMENTED, 'promote', "unknown action 'promote'")
        done = base.run(sys.executable, '-IS', base.OCF_AGENT)
        self.assertEqual(ARGS, done.returncode)
        self.assertIn('start|stop|monitor', self.agent('usage').stdout)


#: Answers like the daemon; the socket is its last argument.
STAND_IN = '''\
#!/usr/bin/python3
import socket, sys
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[-1])
    listener.listen()
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\n{}')
'''

#: Blocks signals and leaves a file open, as a careless parent would.
CALLER = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGHUP])
os.umask(0o777 & 0o077)
os.execv(sys.executable, [sys.executable, '-IS', sys.argv[1], 'start'])
"""

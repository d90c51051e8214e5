# SPDX-License-Identifier: Apache-2.0
"""The fence agent as a process of its own, as Pacemaker starts it."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import errors
from tests.functional.api import base


class ActionsTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        self.start()

    def test_off(self):
        result = self.by_stdin(
            'nodename=cmp1', 'marker=hello', 'action=off', 'port=cmp1'
        )
        self.assertEqual((0, '', ''), outcome(result))
        (asked,) = self.engine.fences
        self.assertEqual(
            ('compute-1', 'pacemaker'), (asked.host, asked.origin)
        )
        self.assertIn('off', asked.reason)
        self.assertTrue(40 < asked.seconds <= 53, asked.seconds)

    def test_reboot_is_an_off_that_says_so(self):
        """A level with one device is asked to reboot."""
        result = self.by_stdin('nodename=cmp2', 'action=reboot', 'port=cmp1')
        self.assertEqual((0, '', ''), outcome(result))
        self.assertIn('reboot', self.engine.fences[0].reason)
        self.assertEqual([], self.engine.done)

    def test_reboot_is_the_default(self):
        self.assertEqual(0, self.by_stdin('port=cmp1').returncode)
        self.assertIn('reboot', self.engine.fences[0].reason)

    def test_the_node_name_will_do(self):
        self.by_stdin('action=off', 'nodename=cmp1')
        self.assertEqual('compute-1', self.engine.fences[0].host)

    def test_on_asks_for_power(self):
        result = self.by_stdin('nodename=cmp1', 'action=on', 'port=cmp1')
        self.assertEqual((0, '', ''), outcome(result))
        self.assertEqual(
            [('power-on', 'compute-1', base.ME)], self.engine.done
        )
        self.engine.fail('power-on', errors.UnsafeRequest('must stay off'))
        result = self.by_stdin('nodename=cmp1', 'action=on', 'port=cmp1')
        self.assert_failed(result, 'on of cmp1 failed: must stay off')

    def test_status(self):
        self.assertEqual(
            (0, '', ''), outcome(self.by_stdin('action=status', 'port=cmp1'))
        )
        self.assertEqual(
            (2, '', ''), outcome(self.by_stdin('action=status', 'port=cmp2'))
        )
        unknown = self.by_stdin('action=status', 'port=compute-3')
        self.assert_failed(unknown, 'compute-3 does not say on or off')

    def test_monitor(self):
        result = self.by_stdin('marker=hello', 'action=monitor')
        self.assertEqual((0, '', ''), outcome(result))
        self.engine.problems = ['spool full', 'store away']
        result = self.by_stdin('action=monitor')
        self.assert_failed(result, 'cannot fence: spool full; store away')

    def test_list_names_hosts_as_pacemaker_does(self):
        result = self.by_stdin('marker=hello', 'action=list')
        self.assertEqual(
            (0, 'cmp1,compute-1\ncmp2,compute-2\ncompute-3,\n', ''),
            outcome(result),
        )

    def test_list_status(self):
        self.engine.fail('status', errors.PowerAuthError('refused'))
        result = self.by_stdin('action=list-status')
        self.assertEqual(
            (0, STATUS_LINES, ''),
            outcome(result),
        )

    def test_arguments_do_the_same(self):
        for action, host in (
            ('off', 'cmp1'),
            ('status', 'cmp2'),
            ('status', 'stranger'),
            ('list', ''),
            ('monitor', ''),
            ('on', 'cmp1'),
            ('metadata', ''),
            ('validate-all', 'x'),
        ):
            with self.subTest(action=action, host=host):
                lines = [f'action={action}']
                arguments = ['-o', action, '-s', str(self.path)]
                if host:
                    lines.append(f'port={host}')
                    arguments += ['-n', host]
                self.assertEqual(
                    outcome(self.by_stdin(*lines)),
                    outcome(self.agent(*arguments)),
                )
        self.assertEqual(2, len(self.engine.fences))

    def test_verbose_and_debug_file(self):
        file = self.directory / 'debug'
        result = self.by_stdin(
            'action=off',
            'port=cmp1',
            'passwd=hush',
            'verbose=1',
            f'debug_file={file}',
        )
        self.assertEqual(0, result.returncode)
        for text in (result.stderr, file.read_text()):
            self.assertIn('off cmp1', text)
            self.assertIn('cmp1 is off', text)
            self.assertNotIn('hush', text)

    def test_help_and_version(self):
        self.assertIn('--plug', self.agent('--help').stdout)
        self.assertRegex(self.agent('-V').stdout, r'^fence_nova_ha .')


class WithoutDaemonTest(base.ApiTestCase):
    def test_metadata_and_validation_need_none(self):
        self.assertEqual(0, self.by_stdin('action=metadata').returncode)
        result = self.by_stdin(
            'nodename=node1', 'action=validate-all', 'port=node1', 'plug=one'
        )
        self.assertEqual((0, '', ''), outcome(result))

    def test_says_which_socket_and_what_to_start(self):
        result = self.by_stdin('action=off', 'port=cmp1', 'timeout=1')
        self.assert_failed(result, f'nothing answers on {self.path}')
        self.assertIn('start nova-ha-fencer', result.stderr)

    def test_usage_errors(self):
        for line, complaint in (
            ('action=explode', "unknown action 'explode'"),
            ('timeout=x', "timeout 'x' is no number"),
            ('action=off', 'off needs a host'),
            ('action=status', 'status needs a host'),
            ('debug_file=/nowhere/file', 'No such file'),
        ):
            with self.subTest(line):
                self.assert_failed(self.by_stdin(line), complaint)

    def test_closed_files(self):
        lines = self.directory / 'lines'
        lines.write_text('action=list\nsocket=/nowhere\ntimeout=0.1\n')
        for closed in ('<&-', '>&-', '2>&-', '<&- >&- 2>&-'):
            with self.subTest(closed):
                command = ' '.join(base.agent_command())
                done = subprocess.run(
                    ['sh', '-c', f'{command} <{lines} {closed}'],
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                self.assertEqual(1, done.returncode)
                self.assertNotIn('Traceback', done.stderr)

    @hypothesis.settings(max_examples=60, deadline=None)
    @hypothesis.given(
        st.lists(
            st.one_of(
                st.binary(max_size=40),
                st.builds(
                    lambda key, value: key + b'=' + value,
                    st.sampled_from(
                        [b'action', b'port', b'verbose', b'debug_file']
                    ),
                    st.one_of(
                        st.sampled_from([b'off', b'list', b'metadata']),
                        st.binary(max_size=10),
                    ),
                ),
            ),
            max_size=6,
        )
    )
    def test_no_input_ends_in_a_traceback(self, lines):
        with tempfile.TemporaryDirectory(prefix='nha-') as empty:
            done = subprocess.run(
                base.agent_command(),
                input=b'\n'.join([*lines, b'socket=/x', b'timeout=0.05']),
                capture_output=True,
                cwd=empty,
                timeout=60,
                check=False,
            )
        self.assertNotIn(b'Traceback', done.stderr)
        self.assertIn(done.returncode, (0, 1))
        if done.returncode:
            self.assertTrue(done.stderr.endswith(b'\n'), done.stderr)


class PatienceTest(base.ApiTestCase):
    def test_waits_for_a_daemon_that_is_being_started(self):
        with self.agent_running('action=off', 'port=cmp1') as process:
            time.sleep(0.5)
            self.assertIsNone(process.poll())
            self.start()
            self.assertEqual((0, ''), self.ended(process))
        self.assertEqual(1, len(self.engine.fences))

    def test_asks_again_when_the_daemon_is_restarted_meanwhile(self):
        """The daemon dies with the request; the next one answers it."""
        daemon = subprocess.Popen(
            [*base.agent_command()[:1], '-c', DAEMON, str(self.path)],
            cwd=base.ROOT,
            stdout=subprocess.PIPE,
        )
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        self.assertEqual(b'ready\n', daemon.stdout.readline())
        with self.agent_running('action=off', 'port=cmp1') as process:
            self.assertEqual(b'asked\n', daemon.stdout.readline())
            daemon.kill()
            daemon.wait()
            self.start()
            self.assertEqual((0, ''), self.ended(process))
        self.assertEqual(1, len(self.engine.fences))

    def test_tries_again_what_may_be_cured(self):
        self.start()
        self.engine.fail(
            'fence',
            errors.PowerUnreachable('no answer'),
            errors.StoreUnavailable('store and spool away'),
            errors.StaleRecovery('moved on'),
        )
        result = self.by_stdin('action=off', 'port=cmp1', 'verbose=1')
        self.assertEqual(0, result.returncode)
        self.assertEqual(4, len(self.engine.fences))
        self.assertIn('no answer; trying again', result.stderr)

    def test_does_not_try_again_what_cannot(self):
        """Repeating a wrong password locks accounts of BMCs."""
        self.start()
        self.engine.fail('fence', errors.PowerAuthError('wrong password'))
        result = self.by_stdin('action=off', 'port=cmp1')
        self.assert_failed(result, 'off of cmp1 failed: wrong password')
        result = self.by_stdin('action=off', 'port=stranger')
        self.assert_failed(result, 'hosts.yaml names no host stranger')
        self.assertEqual(1, len(self.engine.fences))

    def test_ends_inside_its_time_and_says_why(self):
        self.start()
        self.engine.gate.clear()
        # The agent keeps a tenth of its time back for the daemon's answer, at
        # most two seconds. Where the machine stood still for longer than the
        # tenth of two seconds, the most that it keeps back is needed.
        for seconds in (2, 20):
            begin = time.monotonic()
            result = self.by_stdin(
                'action=off', 'port=cmp1', f'timeout={seconds}'
            )
            took = time.monotonic() - begin
            if 'no answer from nova-ha-fencer' not in result.stderr:
                break
        self.assertLess(took, seconds + 15)
        self.assert_failed(result, 'compute-1 was not off in time')
        self.assertLess(self.engine.fences[-1].seconds, 0.925 * seconds)

    def test_a_daemon_that_hangs_is_not_waited_for_longer(self):
        self.start()
        self.engine.gate.clear()
        self.engine.hang = True
        result = self.by_stdin('action=off', 'port=cmp1', 'timeout=1')
        self.assert_failed(result, 'no answer from nova-ha-fencer within')
        self.engine.gate.set()

    def test_says_that_it_was_stopped(self):
        self.start()
        self.engine.gate.clear()
        for name in (signal.SIGTERM, signal.SIGINT):
            with self.agent_running('action=off', 'port=cmp1') as process:
                self.assertTrue(self.engine.entered.acquire(timeout=50))
                process.send_signal(name)
                code, text = self.ended(process)
            self.assertEqual(1, code)
            self.assertEqual(
                f'fence_nova_ha: off cmp1 was stopped by {name.name} before '
                'it was done\n',
                text,
            )
        self.engine.gate.set()


class OtherUserTest(base.ApiTestCase):
    def setUp(self):
        super().setUp()
        if os.getuid() != 0:
            self.skipTest('needs root to become another user')
        self.directory.chmod(0o755)

    def as_nobody(self, *lines):
        return subprocess.run(
            [sys.executable, '-c', AS_NOBODY],
            input='\n'.join([*lines, f'socket={self.path}']),
            capture_output=True,
            text=True,
            cwd=base.ROOT,
            timeout=60,
            check=False,
        )

    def test_socket_closed_to_them(self):
        self.start(socket_mode='0660')
        result = self.as_nobody('action=off', 'port=cmp1')
        self.assert_failed(result, f'no permission to open {self.path}')
        self.assertEqual([], self.engine.fences)

    def test_socket_open_but_not_in_allowed_users(self):
        self.start(socket_mode='0666')
        result = self.as_nobody('action=off', 'port=cmp1')
        self.assert_failed(result, 'uid 65534 may not use this socket')
        self.assertEqual([], self.engine.fences)

    def test_allowed_and_on_record(self):
        self.start(socket_mode='0666', allowed_users=['nobody'])
        result = self.as_nobody('action=off', 'port=cmp1')
        self.assertEqual(0, result.returncode)
        self.assertIn('nobody', self.engine.fences[0].reason)


class ScriptTest(base.ApiTestCase):
    def test_first_line_works_as_installed(self):
        self.assertTrue(base.AGENT.stat().st_mode & stat.S_IXOTH)
        done = subprocess.run(
            [str(base.AGENT)],
            input='action=metadata\n',
            capture_output=True,
            text=True,
            env={'PATH': '/nowhere', 'PYTHONPATH': '/nowhere'},
            cwd='/',
            check=False,
        )
        self.assertEqual((0, ''), (done.returncode, done.stderr))

    def test_through_a_symbolic_link(self):
        link = self.directory / 'fence_nova_ha'
        link.symlink_to(base.AGENT)
        done = subprocess.run(
            [str(link), '-o', 'metadata'], capture_output=True, check=False
        )
        self.assertEqual(0, done.returncode, done.stderr)


def outcome(result):
    return result.returncode, result.stdout, result.stderr


STATUS_LINES = """\
cmp1,compute-1,unknown
cmp2,compute-2,off
compute-3,,unknown
"""

#: Becomes somebody who may not even look at the agent's files.
AS_NOBODY = """
import os, sys
from nova_ha.pacemaker import fence_agent
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
os._exit(fence_agent.main([]))
"""

#: A daemon that never answers a fence request.
DAEMON = """
import pathlib, sys, threading
from tests.functional.api import base
class Case(base.ApiTestCase):
    def runTest(self):
        pass
case = Case()
case.setUp()
case.path = pathlib.Path(sys.argv[1])
case.engine.gate.clear()
case.start()
print('ready', flush=True)
case.engine.entered.acquire()
print('asked', flush=True)
threading.Event().wait()
"""

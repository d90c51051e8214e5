# SPDX-License-Identifier: Apache-2.0
"""The gateway with commands that say what Pacemaker's have said."""

import os
import pathlib
import shutil
import tempfile
import textwrap
import time
import unittest
from unittest import mock

from oslo_config import cfg

from nova_ha.cluster import gateway
from nova_ha.cluster import gateway_commands
from nova_ha.conf import cluster as cluster_conf
from nova_ha.recovery import errors
from nova_ha.recovery.states import Gate

OUTPUTS = pathlib.Path(__file__).with_name('outputs')


class CommandsTestCase(unittest.TestCase):
    """Commands of our own come first in PATH."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        path = f'{self.directory}:/usr/bin:/bin'
        patcher = mock.patch.dict(
            os.environ, {'PATH': path, 'LC_ALL': 'de_DE', 'CIB_file': '/x'}
        )
        patcher.start()
        self.addCleanup(patcher.stop)

    def command(self, name, script):
        file = self.directory / name
        file.write_text(
            f'#!/bin/sh\nlog={self.directory}/log\n' + textwrap.dedent(script)
        )
        file.chmod(0o755)

    def log(self):
        file = self.directory / 'log'
        return file.read_text().splitlines() if file.exists() else []


class LookTest(CommandsTestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        cluster_conf.register_opts(self.conf)
        self.conf([], default_config_files=[])
        self.cluster = gateway.PacemakerCluster.from_conf(self.conf)
        self.say('fenced_off')

    def say(self, situation):
        for command, kind in (('crm_mon', 'mon'), ('cibadmin', 'cib')):
            self.command(
                command,
                f"""
                echo {command} "$@" >>$log
                cat {OUTPUTS}/{situation}.{kind}.xml
                """,
            )

    def test_puts_both_answers_together(self):
        view = self.cluster.look()
        self.assertTrue(view.quorate)
        self.assertFalse(view.nodes['cmp2'].online)
        self.assertIs(Gate.SHUT, view.nodes['cmp2'].gate)
        self.assertIs(Gate.AJAR, view.nodes['cmp1'].gate)
        self.assertTrue(view.nodes['cmp1'].compute_active)
        self.assertEqual('cmp2', view.fences[-1].node)

    def test_asks_twice_at_most(self):
        self.cluster.look()
        self.assertEqual(
            ['cibadmin', 'crm_mon'],
            sorted(line.split()[0] for line in self.log()),
        )

    def test_no_passwords_are_read(self):
        self.cluster.look()
        (asked,) = (line for line in self.log() if 'cibadmin' in line)
        self.assertIn('--xpath=//configuration/nodes | //status', asked)

    def test_both_at_the_same_time(self):
        for command, other, kind in (
            ('crm_mon', 'cibadmin', 'mon'),
            ('cibadmin', 'crm_mon', 'cib'),
        ):
            self.command(
                command,
                f"""
                touch $log.{command}
                while ! [ -e $log.{other} ]; do sleep 0.01; done
                cat {OUTPUTS}/healthy.{kind}.xml
                """,
            )
        self.assertTrue(self.cluster.look().quorate)

    def test_names_are_options(self):
        self.conf.set_override('gate_attribute', 'osprole', 'cluster')
        self.conf.set_override('compute_resource', 'nova-api', 'cluster')
        cluster = gateway.PacemakerCluster.from_conf(self.conf)
        view = cluster.look()
        self.assertIs(Gate.OPEN, view.nodes['cmp1'].gate)
        self.assertIn('nova-api', (OUTPUTS / 'fenced_off.mon.xml').read_text())
        self.assertTrue(view.nodes['ctl1'].compute_active)

    def test_the_time_may_be_changed_while_running(self):
        self.command('crm_mon', 'sleep 60')
        self.conf.set_override('command_timeout', 1.0, 'cluster')
        begin = time.monotonic()
        with self.assertRaisesRegex(
            errors.ClusterUnavailable, 'crm_mon did not end within 1 s'
        ):
            self.cluster.look()
        self.assertLess(time.monotonic() - begin, 10)

    def test_no_daemon(self):
        """What crm_mon and cibadmin say where Pacemaker does not run."""
        self.command(
            'crm_mon',
            """
            echo '<pacemaker-result api-version="2.25" request="crm_mon">
              <status code="102" message="Not connected"><errors>
                <error>crm_mon: Connection to cluster failed: Connection
                refused</error>
              </errors></status>
            </pacemaker-result>'
            exit 102
            """,
        )
        with self.assertRaisesRegex(
            errors.ClusterUnavailable,
            'crm_mon: not connected .crm_mon: Connection to cluster failed: '
            'Connection refused',
        ):
            self.cluster.look()
        self.say('healthy')
        self.command(
            'cibadmin',
            """
            echo 'Init failed, could not perform requested operations' >&2
            exit 102
            """,
        )
        with self.assertRaisesRegex(
            errors.ClusterUnavailable, 'cibadmin: not connected .Init failed'
        ):
            self.cluster.look()


class SetGateTest(CommandsTestCase):
    def setUp(self):
        super().setUp()
        self.cluster = gateway.PacemakerCluster('gate', 'nova-compute')
        self.command('crm_node', 'echo 1')
        self.command('crm_attribute', 'echo "$@" >>$log')

    def test_values(self):
        for gate, last in (
            (Gate.SHUT, '--update=shut'),
            (Gate.AJAR, '--update=ajar'),
            (Gate.OPEN, '--delete'),
        ):
            with self.subTest(gate):
                self.cluster.set_gate('cmp1', gate)
                self.assertEqual(
                    f'--node=cmp1 --name=gate --lifetime=forever {last}',
                    self.log()[-1],
                )

    def test_an_unknown_node_is_named(self):
        """crm_attribute refuses to make one up, with exit code 105."""
        self.command(
            'crm_attribute',
            """
            echo 'crm_attribute: Could not map name=cmp9 to a UUID' >&2
            exit 105
            """,
        )
        with self.assertRaisesRegex(
            errors.ClusterError, 'Pacemaker knows no node cmp9.*Could not map'
        ) as caught:
            self.cluster.set_gate('cmp9', Gate.SHUT)
        self.assertNotIsInstance(caught.exception, errors.Retriable)

    def test_nothing_is_written_without_a_quorum(self):
        """crm_attribute would do so, with exit code 0."""
        self.command('crm_node', 'echo 0')
        with self.assertRaisesRegex(
            errors.ClusterUnavailable,
            'gate of cmp1 is not set to shut: .* no quorum',
        ):
            self.cluster.set_gate('cmp1', Gate.SHUT)
        with self.assertRaisesRegex(
            errors.ClusterUnavailable, 'not set to open'
        ):
            self.cluster.set_gate('cmp1', Gate.OPEN)
        self.assertEqual([], self.log())

    def test_its_words_are_told(self):
        self.command(
            'crm_attribute',
            """
            echo 'Multiple attributes match name=gate' >&2
            exit 109
            """,
        )
        with self.assertRaisesRegex(
            errors.ClusterError,
            'crm_attribute failed with exit code 109: Multiple attributes',
        ):
            self.cluster.set_gate('cmp1', Gate.SHUT)


class RunTest(CommandsTestCase):
    def run_it(self, script, seconds=10):
        self.command('crm_x', script)
        return gateway_commands.run(('crm_x',), seconds)

    def test_plain_english_and_nothing_to_mislead_it(self):
        self.assertEqual(
            'C//\n', self.run_it('echo "$LC_ALL/$LANG/$CIB_file"')
        )

    def test_nothing_to_read(self):
        self.assertEqual('', self.run_it('cat'))

    def test_where_pacemakers_commands_are(self):
        with mock.patch.dict(os.environ, {'PATH': '/nowhere'}):
            self.assertIn(
                '/usr/sbin', gateway_commands.run(('env',), 5).split(':')
            )

    def test_not_installed(self):
        with self.assertRaisesRegex(
            errors.ClusterUnavailable,
            'crm_nowhere cannot be started .No such file.*pacemaker-cli-utils',
        ):
            gateway_commands.run(('crm_nowhere',), 5)

    def test_what_it_has_started_ends_with_it(self):
        for seconds in (0.5, 10):
            with self.assertRaises(errors.ClusterUnavailable):
                self.run_it('sleep 60 & echo $! >$log; wait', seconds)
            # Where the machine is slow it was ended before it had begun.
            if self.log():
                break
        (child,) = self.log()
        end = time.monotonic() + 20
        while runs(child):
            self.assertLess(time.monotonic(), end, 'it lives on')

    def test_other_failures(self):
        for script, words in (
            ('exit 1', 'exit code 1: it said nothing'),
            ('echo two >&2; echo lines >&2; exit 76', '76: two lines'),
            ('kill -TERM $$', 'signal 15'),
        ):
            with (
                self.subTest(script),
                self.assertRaisesRegex(errors.ClusterError, words) as caught,
            ):
                self.run_it(script)
            self.assertNotIsInstance(
                caught.exception, errors.ClusterUnavailable
            )

    def test_bytes_that_are_no_text(self):
        self.assertEqual('\ufffd', self.run_it("printf '\\377'"))


def runs(pid):
    """Whether there is such a process, and it is no zombie."""
    try:
        return ' Z ' not in pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False

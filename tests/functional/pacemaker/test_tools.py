# SPDX-License-Identifier: Apache-2.0
"""Our agents as Pacemaker's tools see them once they are installed.

"Installed" is a mount namespace in which the directories of the agents hold
ours beside those that are there.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests.functional.pacemaker import base

FENCE_SCHEMA = pathlib.Path('/usr/share/cluster/relaxng/metadata.rng')
OCF_SCHEMAS = (
    pathlib.Path('/usr/share/resource-agents/metadata.rng'),
    pathlib.Path('/usr/share/pcs/data/ocf-1.1.rng'),
)
OCF_DTD = pathlib.Path('/usr/share/resource-agents/ra-api-1.dtd')
OCF = pathlib.Path('/usr/lib/ocf/resource.d')
EMPTY_CIB = """\
<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.8" epoch="1"
     num_updates="0" admin_epoch="0">
  <configuration>
    <crm_config/><nodes/><resources/><constraints/>
  </configuration>
  <status/>
</cib>
"""


class SchemaTest(unittest.TestCase):
    def validate(self, document, *arguments):
        done = subprocess.run(
            [base.tool('xmllint'), '--noout', '--nonet', *arguments, '-'],
            input=document,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(0, done.returncode, done.stderr)

    def schema(self, path):
        if not path.exists():
            self.skipTest(f'{path} is not installed')
        return str(path)

    def test_fence_agent_api(self):
        document = base.run(
            base.SCRIPTS / 'fence_nova_ha', '-o', 'metadata'
        ).stdout
        self.validate(document, '--relaxng', self.schema(FENCE_SCHEMA))

    def test_ocf(self):
        document = base.run(base.OCF_AGENT, 'meta-data').stdout
        for path in OCF_SCHEMAS:
            with self.subTest(path):
                self.validate(document, '--relaxng', self.schema(path))
        self.validate(document, '--dtdvalid', self.schema(OCF_DTD))

    def test_a_wrong_document_would_be_seen(self):
        document = base.run(base.OCF_AGENT, 'meta-data').stdout
        with self.assertRaises(AssertionError):
            self.validate(
                document.replace('longdesc', 'londesc'),
                '--relaxng',
                self.schema(OCF_SCHEMAS[0]),
            )


class ToolsTest(unittest.TestCase):
    def setUp(self):
        if os.getuid() != 0:
            self.skipTest('needs root for a mount namespace')
        base.tool('crm_resource')
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nha-'))
        self.addCleanup(shutil.rmtree, self.directory)
        self.directory.chmod(0o755)
        self.cib = self.directory / 'cib.xml'
        self.cib.write_text(EMPTY_CIB)
        sbin = self.beside('sbin', pathlib.Path('/usr/sbin'))
        (sbin / 'fence_nova_ha').symlink_to(base.SCRIPTS / 'fence_nova_ha')
        ocf = self.beside('ocf', OCF)
        (ocf / 'nova-ha').mkdir()
        (ocf / 'nova-ha' / 'fencer').symlink_to(base.OCF_AGENT)

    def beside(self, name, real):
        """Make a directory of links to all that is in the real one."""
        room = self.directory / name
        room.mkdir()
        (self.directory / f'{name}-real').mkdir()
        for entry in real.iterdir():
            (room / entry.name).symlink_to(
                self.directory / f'{name}-real' / entry.name
            )
        return room

    def installed(self, command):
        """Run a command of the shell where our agents are installed."""
        mounts = ''.join(
            f'mount --bind {real} {self.directory}/{name}-real && '
            f'mount --bind {self.directory}/{name} {real} && '
            for name, real in (('sbin', '/usr/sbin'), ('ocf', OCF))
        )
        done = base.run(
            *('unshare', '--mount', 'sh', '-c', f'{mounts} {command}'),
            env={
                'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
                'HOME': str(self.directory),
                'LC_ALL': 'C.UTF-8',
            },
        )
        if done.returncode != 0 and 'mount' in done.stderr:
            self.skipTest(f'no mount namespace: {done.stderr}')
        return done

    def assert_installed(self, command, *words):
        done = self.installed(command)
        self.assertEqual(0, done.returncode, (command, done))
        for word in words:
            self.assertIn(word, done.stdout)
        self.assertNotIn('Traceback', done.stderr)
        return done.stdout

    def pcs(self, command, *words):
        return self.assert_installed(f'pcs -f {self.cib} {command}', *words)

    def test_pcs_describes_the_fence_agent(self):
        base.tool('pcs')
        self.assert_installed(
            'pcs stonith describe fence_nova_ha',
            'verified power-off, then recovery',
            'timeout: Seconds in which off, on and reboot end',
        )

    def test_pcs_describes_the_ocf_agent(self):
        base.tool('pcs')
        self.assert_installed(
            'pcs resource describe ocf:nova-ha:fencer',
            'the fence target of nova-ha',
            'additional_parameters',
        )

    def test_pcs_creates_what_pacemaker_accepts(self):
        base.tool('pcs')
        for name, how in (
            ('one', 'pcmk_host_check=dynamic-list'),
            ('two', 'pcmk_host_list="cmp1 cmp2" timeout=40'),
            ('three', 'pcmk_host_map="cmp1:c1.example.org;cmp2:c2"'),
        ):
            self.pcs(
                f'stonith create {name} fence_nova_ha {how} '
                'op monitor interval=60s'
            )
        self.pcs(
            'resource create nova-ha-fencer ocf:nova-ha:fencer '
            'config=/etc/nova-ha/nova-ha.conf op monitor interval=10s '
            'op monitor interval=60s OCF_CHECK_LEVEL=10 clone interleave=true'
        )
        self.pcs('alert create id=nova-ha path=/usr/bin/nova-ha-alert')
        self.pcs('alert recipient add nova-ha value=/run/nova-ha/fencer.sock')
        self.pcs('stonith config', 'pcmk_host_map=cmp1:c1.example.org')
        self.pcs('resource config', 'timeout=90s')
        done = base.run(
            base.tool('crm_verify'), '--verbose', '--xml-file', self.cib
        )
        self.assertEqual(0, done.returncode, done)

    def test_pcs_refuses_a_misspelt_parameter(self):
        base.tool('pcs')
        done = self.installed(
            f'pcs -f {self.cib} stonith create one fence_nova_ha sockt=/x'
        )
        self.assertNotEqual(0, done.returncode)
        self.assertIn("'sockt'", done.stderr)

    def test_crm_shows_both(self):
        base.tool('crm')
        self.assert_installed(
            'crm ra info stonith:fence_nova_ha',
            'socket (string, [/run/nova-ha/fencer.sock])',
        )
        self.assert_installed(
            'crm ra info ocf:nova-ha:fencer',
            'binary (string, [/usr/bin/nova-ha-fencer])',
            'monitor       timeout=30s interval=60s depth=10',
        )

    def test_pacemaker_shows_both(self):
        for agent in ('stonith:fence_nova_ha', 'ocf:nova-ha:fencer'):
            self.assert_installed(
                f'crm_resource --show-metadata {agent}', '<resource-agent'
            )


class OcfTesterTest(base.OcfTestCase):
    def test_passes(self):
        tester = base.tool('ocf-tester')
        base.tool('xmllint')
        if os.getuid() != 0 or not base.open_to_all(base.OCF_AGENT):
            self.skipTest('needs root, and an agent that nobody can read')
        options = []
        for name, value in self.parameters.items():
            options += ['-o', f'{name}={value}']
        done = base.run(
            *(tester, '-n', 'fencer', *options, base.OCF_AGENT),
            env={**os.environ, 'OCF_ROOT': '/usr/lib/ocf'},
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn('passed all tests', done.stdout)

# SPDX-License-Identifier: Apache-2.0
"""What setup.cfg promises to install is there."""

import configparser
import importlib
import os
import pathlib
import shlex
import unittest

from oslo_config import cfg

from nova_ha import conf as options
from nova_ha.pacemaker import ocf_parameters

ROOT = pathlib.Path(__file__).parents[2]


def setup_cfg():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string((ROOT / 'setup.cfg').read_text(encoding='utf-8'))
    return parser


def unit():
    """The settings of the systemd unit; of a repeated one, the last."""
    text = (ROOT / 'pacemaker/nova-ha-fencer.service').read_text()
    return dict(
        line.split('=', 1) for line in text.splitlines() if '=' in line
    )


def words(file):
    """The lines of a file of sysusers.d or tmpfiles.d, in words."""
    lines = (ROOT / 'pacemaker' / file).read_text().splitlines()
    return [shlex.split(line) for line in lines if line[:1] != '#']


class PackagingTest(unittest.TestCase):
    def test_every_entry_point_leads_to_something(self):
        groups = setup_cfg()['entry_points']
        for group, lines in groups.items():
            for line in filter(None, lines.splitlines()):
                with self.subTest(group=group, entry=line):
                    module, _, name = line.partition('=')[2].partition(':')
                    target = importlib.import_module(module.strip())
                    # Without a name it is the module that is meant.
                    self.assertTrue(
                        not name or callable(getattr(target, name))
                    )

    def test_every_script_can_be_executed(self):
        scripts = setup_cfg()['files']['scripts'].split()
        self.assertNotEqual([], scripts)
        for script in scripts:
            with self.subTest(script):
                self.assertTrue(os.access(ROOT / script, os.X_OK))

    def test_every_data_file_is_there(self):
        lines = setup_cfg()['files']['data_files'].splitlines()
        files = [line.strip() for line in lines if line and '=' not in line]
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file):
                self.assertTrue((ROOT / file).is_file())

    def test_no_upgrade_replaces_what_an_operator_writes(self):
        lines = setup_cfg()['files']['data_files'].splitlines()
        for name in map(str.strip, lines):
            if name.startswith('etc/nova-ha/') and 'generator' not in name:
                self.assertEqual('.sample', pathlib.Path(name).suffix)


class UserAndDirectoriesTest(unittest.TestCase):
    """Unit, agent, options and systemd's other files are of one mind."""

    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        options.register_opts(self.conf)
        self.conf([], default_config_files=[])
        self.agent = ocf_parameters.Parameters({})

    def test_user(self):
        user = ocf_parameters.OWN_USER
        self.assertEqual(user, unit()['User'])
        self.assertEqual(user, unit()['Group'])
        made, member = words('sysusers.d/nova-ha.conf')
        self.assertEqual(['u', user], made[:2])
        self.assertEqual(self.conf.state_path, made[-1])
        self.assertEqual(['m', user, self.conf.fencer.socket_group], member)

    def test_directories(self):
        made = {
            path: (mode, user)
            for kind, path, mode, user, *_ in words('tmpfiles.d/nova-ha.conf')
            if kind == 'd'
        }
        for setting, path in (
            ('State', pathlib.Path(self.conf.state_path)),
            ('Runtime', pathlib.Path(self.conf.fencer.socket).parent),
            ('Logs', pathlib.Path(self.agent.log).parent),
        ):
            with self.subTest(setting):
                self.assertEqual(path.name, unit()[f'{setting}Directory'])
                mode = unit()[f'{setting}DirectoryMode']
                self.assertEqual((mode, 'nova-ha'), made[str(path)])
        config = pathlib.Path(self.conf.hosts_file).parent
        self.assertEqual(('0750', 'root'), made[str(config)])

    def test_agent_and_unit_start_the_same(self):
        self.assertEqual(' '.join(self.agent.command()), unit()['ExecStart'])
        self.assertEqual(self.conf.fencer.socket, self.agent.socket)

    def test_a_drain_is_waited_for(self):
        drain = 2 * self.conf.engine.drain_timeout
        self.assertGreater(float(unit()['TimeoutStopSec']), drain)

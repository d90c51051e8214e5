# SPDX-License-Identifier: Apache-2.0
"""The sample file: it has every option, and it can be read back."""

import functools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from oslo_config import cfg
from oslo_log import log

from nova_ha import conf as options
from nova_ha.conf import keystone
from nova_ha.conf import opts

ETC = pathlib.Path(__file__).parents[3] / 'etc/nova-ha'
GENERATOR = ETC / 'nova-ha-config-generator.conf'
SAMPLE = ETC / 'nova-ha.conf.sample'

SECTION = re.compile(r'\[(.+)\]')
OPTION = re.compile(r'#([A-Za-z0-9_]+) = ?(.*)')

#: Said on the command line: where the files are is not said in them.
COMMAND_LINE = {
    'config_dir',
    'config_file',
    'config_source',
    'shell_completion',
}


def generated():
    """What tox -e genconfig would write."""
    return written('oslo-config-generator', GENERATOR)


@functools.cache
def written(program, settings):
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, 'sample')
        subprocess.run(
            [
                pathlib.Path(sys.executable).with_name(program),
                *('--config-file', settings),
                *('--output-file', file),
            ],
            check=True,
            capture_output=True,
        )
        return file.read_text(encoding='utf-8')


def places(text):
    """Yield group, name and value of what is commented out."""
    group = ''
    for line in text.splitlines():
        if found := SECTION.fullmatch(line):
            group = found[1]
        elif found := OPTION.fullmatch(line):
            yield group, found[1], found[2]


def program():
    """The configuration as nova-ha-fencer makes it."""
    conf = cfg.ConfigOpts()
    log.register_options(conf)
    options.register_opts(conf)
    return conf


def registered(conf):
    for name in conf:
        value = conf[name]
        if isinstance(value, cfg.ConfigOpts.GroupAttr):
            # keystoneauth registers them, nobody reads them.
            unused = keystone.UNUSED_SESSION_OPTIONS
            yield from ((name, o) for o in value if o not in unused)
        elif name not in COMMAND_LINE:
            yield 'DEFAULT', name


class SampleTest(unittest.TestCase):
    maxDiff = None

    def test_is_current(self):
        self.assertEqual(
            generated(),
            SAMPLE.read_text(encoding='utf-8'),
            f'{SAMPLE.name} is not current: run tox -e genconfig, and commit',
        )

    def test_that_of_the_policy_is_current(self):
        settings = ETC / 'nova-ha-policy-generator.conf'
        sample = ETC / 'policy.yaml.sample'
        self.assertEqual(
            written('oslopolicy-sample-generator', settings),
            sample.read_text(encoding='utf-8'),
            f'{sample.name} is not current: run tox -e genpolicy, and commit',
        )

    def test_has_every_option(self):
        conf = program()
        conf([], default_config_files=[])
        there = {
            (group, name.replace('-', '_'))
            for group, name, _ in places(generated())
        }
        self.assertEqual(set(), set(registered(conf)) - there)

    def test_can_be_read_back(self):
        """With every default given, nothing is refused and nothing changes."""
        given = {
            (group, name): value
            for group, name, value in places(generated())
            if not value.startswith('<')
        }
        conf, usual = program(), program()
        usual([], default_config_files=[])
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, 'nova-ha.conf')
            file.write_text(
                ''.join(
                    f'[{group}]\n{name} = {value}\n'
                    for (group, name), value in given.items()
                )
            )
            conf([], default_config_files=[str(file)])
            options.check(conf)
        ours = {
            (getattr(module, 'GROUP', 'DEFAULT'), option.dest)
            for module in options.MODULES
            for option in getattr(module, 'OPTS', ())
            if option.sample_default is None
        }
        for group, name in ours & given.keys():
            with self.subTest(f'[{group}] {name}'):
                self.assertEqual(
                    _of(usual, group, name), _of(conf, group, name)
                )

    def test_names_the_namespaces_that_the_check_reads(self):
        sections = {}
        cfg.ConfigParser(str(GENERATOR), sections).parse()
        self.assertEqual(
            list(opts.NAMESPACES), sections['DEFAULT']['namespace']
        )


def _of(conf, group, name):
    return conf[name] if group == 'DEFAULT' else conf[group][name]

# SPDX-License-Identifier: Apache-2.0
"""What is in the wheel, and in the sdist."""

import configparser
import email
import subprocess
import tarfile
import unittest
import zipfile

from tests.functional.packaging import base

#: Below the environment's directory; what is in bin/ is made by pip.
DATA = {
    'etc/logrotate.d/nova-ha',
    'etc/nova-ha/hosts.yaml.sample',
    'etc/nova-ha/nova-ha.conf.sample',
    'etc/nova-ha/policy.yaml.sample',
    'etc/nova-ha/rules.yaml.sample',
    'lib/ocf/resource.d/nova-ha/fencer',
    'lib/systemd/system/nova-ha-fencer.service',
    'lib/sysusers.d/nova-ha.conf',
    'lib/tmpfiles.d/nova-ha.conf',
    'share/nova-ha/nova-ha-config-generator.conf',
    'share/nova-ha/nova-ha-policy-generator.conf',
}
SCRIPTS = {'fence_nova_ha', 'nova-ha-alert'}
WOULD_BE_MISSED = (
    'nova_ha/py.typed',
    'nova_ha/db/migrations/env.py',
    'nova_ha/db/migrations/script.py.mako',
    'nova_ha/db/migrations/versions/0001_recoveries.py',
    'nova_ha/api/schemas/fence.py',
)


def content(wheel):
    """Return the files of a wheel, with checksum, by where they go."""
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for one in archive.infolist():
            if not one.is_dir():
                found[one.filename] = one.CRC
    return found


def parts(names):
    """Return what is code, data, scripts and metadata."""
    code, data, scripts, metadata = set(), set(), set(), set()
    for name in names:
        first, _, rest = name.partition('/')
        if first.endswith('.dist-info'):
            metadata.add(rest)
        elif not first.endswith('.data'):
            code.add(name)
        elif rest.startswith('scripts/'):
            scripts.add(rest.removeprefix('scripts/'))
        else:
            data.add(rest.removeprefix('data/'))
    return code, data, scripts, metadata


class WheelTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.content = content(base.wheel())
        cls.code, cls.data, cls.scripts, cls.metadata = parts(cls.content)

    def test_the_code_is_there_and_nothing_else(self):
        listed = base.run('git', 'ls-files', 'nova_ha', cwd=base.clone())
        self.assertEqual(set(listed.split()), self.code)
        for name in WOULD_BE_MISSED:
            self.assertIn(name, self.code)

    def test_data_and_scripts(self):
        self.assertEqual(set(), DATA - self.data)
        self.assertEqual(set(self.promised()), self.data)
        self.assertEqual(SCRIPTS, self.scripts)

    def promised(self):
        """Yield what setup.cfg says: directories, and files in each."""
        parser = self.parser()
        parser.read(base.ROOT / 'setup.cfg')
        directory = ''
        for line in parser['files']['data_files'].split('\n'):
            word = line.strip()
            if word.endswith('='):
                directory = word.removesuffix('=').strip()
            elif word:
                yield f'{directory}/{word.rpartition("/")[2]}'

    def test_metadata(self):
        with zipfile.ZipFile(base.wheel()) as archive:
            [name] = [n for n in self.content if n.endswith('/METADATA')]
            found = email.message_from_bytes(archive.read(name))
            [name] = [
                n for n in self.content if n.endswith('entry_points.txt')
            ]
            entries = archive.read(name).decode()
        self.assertEqual('nova-ha', found['Name'])
        self.assertEqual(base.version(), found['Version'])
        self.assertEqual('>=3.11', found['Requires-Python'])
        self.assertLessEqual(
            set(base.EXTRAS), set(found.get_all('Provides-Extra'))
        )
        required = '\n'.join(found.get_all('Requires-Dist'))
        for name in ('oslo.upgradecheck', 'pyghmi', 'PyMySQL', 'sushy'):
            self.assertRegex(required, f'(?im)^{name}')
        needed = [line for line in required.splitlines() if ';' not in line]
        self.assertNotRegex(
            '\n'.join(needed), '(?im)^(hypothesis|stestr|nova|PyMySQL)\\b'
        )
        self.assertEqual(self.of_setup_cfg(), self.of(entries))

    def of_setup_cfg(self):
        parser = self.parser()
        parser.read(base.ROOT / 'setup.cfg')
        text = parser['entry_points']
        return {
            group: {
                tuple(part.strip() for part in line.split('='))
                for line in text[group].strip().splitlines()
            }
            for group in text
        }

    def of(self, entries):
        parser = self.parser()
        parser.read_string(entries)
        return {
            group: {(n, t.strip()) for n, t in parser[group].items()}
            for group in parser.sections()
        }

    def parser(self):
        parser = configparser.ConfigParser(
            interpolation=None, delimiters=('=',)
        )
        parser.optionxform = str
        return parser


class SdistTest(unittest.TestCase):
    def test_builds_the_same_wheel_as_the_clone(self):
        """The first one was built from the sdist."""
        made = base.build(base.clone(), 'direct', '--wheel')
        [direct] = made.glob('*.whl')
        self.assertEqual(base.wheel().name, direct.name)
        self.assertEqual(self.compared(base.wheel()), self.compared(direct))

    def compared(self, wheel):
        return {
            name: checksum
            for name, checksum in content(wheel).items()
            # RECORD is of the rest; pbr.json names the commit of the clone.
            if not name.endswith(('/RECORD', '/pbr.json'))
        }

    def test_has_what_is_needed_to_build_and_to_test(self):
        names = self.names(base.sdist())
        for name in (
            'PKG-INFO',
            'LICENSE',
            'pyproject.toml',
            'setup.cfg',
            'tox.ini',
            'constraints.txt',
            'bindep.txt',
            'tests/unit/test_packaging.py',
            'etc/nova-ha/nova-ha.conf.sample',
        ):
            self.assertIn(name, names)

    def test_builds_anew_where_there_is_no_git(self):
        """As a packager does, from what was downloaded."""
        # Not by tarfile: that of Debian 12 has no filter, which newer ones
        # ask for.
        subprocess.run(
            ['tar', '-xf', base.sdist(), '-C', base.directory()], check=True
        )
        [tree] = base.directory().glob('nova_ha-*')
        made = base.build(tree, 'again')
        [again] = made.glob('*.whl')
        self.assertEqual(base.wheel().name, again.name)
        self.assertEqual(self.compared(base.wheel()), self.compared(again))
        [again] = made.glob('*.tar.gz')
        self.assertEqual(
            self.names(base.sdist()),
            self.names(again),
            'MANIFEST.in must name what git knows',
        )

    def names(self, sdist):
        with tarfile.open(sdist) as archive:
            return {
                one.name.partition('/')[2]
                for one in archive.getmembers()
                if one.isfile()
            }

# SPDX-License-Identifier: Apache-2.0
"""What is said of the configuration files."""

from oslo_config import cfg

from nova_ha.cmd.checks import options
from nova_ha.cmd.checks.findings import Code
from tests.unit.cmd.checks import base

PASSWORD = """
[nova]
auth_type = password
auth_url = http://127.0.0.1:9/v3
username = nova-ha
password = secret
user_domain_id = default
timeout = 7
"""


class OptionsTest(base.CheckTest):
    def test_all_is_known(self):
        self.configure(
            f'{PASSWORD}[database]\nmax_retries = 3\n[engine]\nlease = 9\n'
            '[glance]\nauth_section = nova\n'
        )
        self.assert_good(options.check, 'every option is known')

    def test_options_of_the_auth_plugin_that_is_chosen(self):
        text = PASSWORD.replace('password\n', 'v3applicationcredential\n', 1)
        self.configure(f'{text}application_credential_id = x\n')
        self.assert_good(options.check)
        self.configure(f'{PASSWORD}application_credential_id = x\n')
        self.assert_warning('[nova] application_credential_id', options.check)

    def test_a_section_that_others_log_in_by(self):
        self.configure(
            f'{PASSWORD.replace("[nova]", "[cloud]")}'
            '[nova]\nauth_section = cloud\n'
        )
        # The time-out is read in [nova] alone.
        told = self.assert_warning('[cloud] timeout', options.check)
        self.assertEqual(1, told.count('is read by nobody'))

    def test_misspelt(self):
        self.configure('[engine]\nleese = 3\n[engin]\nlease = 3\n')
        told = self.assert_warning('did you mean lease?', options.check)
        self.assertIn(f'{self.file}: [engine] leese', told)
        self.assertIn('[engin] lease is in a section that nobody', told)

    def test_dashes_are_as_good(self):
        self.configure('log-dir = /var/log/nova-ha\n')
        self.assert_good(options.check)

    def test_a_bad_value(self):
        self.configure('[engine]\nlease = soon\n')
        told = self.assert_failure('does not start', options.check)
        self.assertIn('lease', told)

    def test_every_file_is_looked_at(self):
        more = self.directory / 'more.d'
        more.mkdir()
        (more / 'x.conf').write_text('[engine]\nleese = 3\n')
        conf = self.conf()
        conf(
            ['--config-file', str(self.file), '--config-dir', str(more)],
            project='nova-ha',
        )
        result = options.check(conf)
        self.assertEqual(Code.WARNING, result.code)
        self.assertIn(f'{more / "x.conf"}: [engine] leese', result.details)

    def test_no_file_at_all(self):
        conf = self.conf()
        conf([], default_config_files=[], default_config_dirs=[])
        result = options.check(conf)
        self.assertEqual(Code.FAILURE, result.code)
        self.assertIn('no configuration file', result.details)

    def test_a_secret_is_found(self):
        self.assertFalse(options.holds_secret(self.file))
        self.configure(PASSWORD)
        self.assertTrue(options.holds_secret(self.file))


class KnownTest(base.CheckTest):
    """Nothing of ours is deprecated yet."""

    def setUp(self):
        super().setUp()
        leaving = cfg.StrOpt(
            'leaving',
            deprecated_for_removal=True,
            deprecated_reason='nobody needs it.',
        )
        renamed = cfg.StrOpt('new')
        self.known = options.Known(
            {('a', 'leaving'): leaving, ('a', 'new'): renamed},
            {('a', 'old'): ('a', 'new')},
        )

    def test_deprecated(self):
        self.assertEqual(
            'is deprecated (nobody needs it): remove it',
            self.known.remark(('a', 'leaving')),
        )

    def test_renamed(self):
        self.assertEqual(
            'is now [a] new: rename it', self.known.remark(('a', 'old'))
        )

    def test_nothing_to_say(self):
        self.assertEqual('', self.known.remark(('a', 'new')))

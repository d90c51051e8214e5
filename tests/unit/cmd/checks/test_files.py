# SPDX-License-Identifier: Apache-2.0
"""What is said of the hosts file, the rules file and the rights on them."""

import os

from nova_ha.cmd.checks import files
from tests.unit.cmd.checks import base

WITH_SECRET = """
hosts:
- name: c1
  power: {driver: ipmi, address: 127.0.0.1, user: u, password_file: secret}
"""


class FilesTest(base.CheckTest):
    def test_hosts(self):
        self.assert_good(files.check_hosts, '1 hosts')
        self.hosts.write_text('hosts: 7\n')
        told = self.assert_failure(f'{self.hosts}:1', files.check_hosts)
        self.assertNotIn('\n', told)
        self.hosts.unlink()
        self.assert_failure('cannot be read', files.check_hosts)

    def test_rules(self):
        self.assert_good(files.check_rules, 'no rules')
        rules = self.directory / 'rules.yaml'
        self.configure(f'[policy]\nrules_file = {rules}\n')
        self.assert_failure('cannot be read', files.check_rules)
        rules.write_text('rules: [{name: a, set: {evacuate: no}}]\n')
        self.assert_good(files.check_rules, '1 rules')
        rules.write_text('rules: [{name: a, sett: {evacuate: no}}]\n')
        self.assert_failure('did you mean set?', files.check_rules)


class RightsTest(base.CheckTest):
    def test_good(self):
        self.assert_good(files.check_rights, 'can read what it needs')

    def test_no_state_path(self):
        self.state.rmdir()
        self.assert_failure('systemd-tmpfiles', files.check_rights)

    def test_a_password_for_all_to_read(self):
        self.file.chmod(0o644)
        self.assert_good(files.check_rights)
        self.configure('[nova]\nauth_type = password\npassword = x\n')
        self.assert_warning(
            f'{self.file} holds a password', files.check_rights
        )

    def test_a_secret_for_all_to_read(self):
        secret = self.directory / 'secret'
        secret.write_text('x\n')
        secret.chmod(0o644)
        self.hosts.write_text(WITH_SECRET)
        self.assert_warning(f'chmod 0640 {secret}', files.check_hosts)
        secret.chmod(0o640)
        self.assert_good(files.check_hosts)

    @base.needs_root
    def test_what_the_fencer_cannot_read(self):
        """It runs as the owner of state_path, whoever asks."""
        self.open_to_others()
        os.chown(self.state, base.NOBODY, base.NOBODY)
        secret = self.directory / 'secret'
        secret.touch(mode=0o600)
        secret.write_text('x\n')
        self.hosts.write_text(WITH_SECRET)
        self.file.chmod(0o640)
        told = self.assert_failure(str(self.file), files.check_rights)
        self.assertIn(f'{secret} cannot be read by user nobody', told)
        self.assertNotIn(str(self.hosts), told)
        for path in (self.file, secret):
            os.chown(path, 0, base.NOBODY)
            path.chmod(0o640)
        self.assert_good(files.check_rights, 'user nobody')
        self.assertEqual((0, 0), (os.geteuid(), os.getegid()))

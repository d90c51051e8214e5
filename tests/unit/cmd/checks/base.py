# SPDX-License-Identifier: Apache-2.0
"""A controller in a directory, and what a check says of it."""

import os
import unittest

from oslo_config import cfg

from nova_ha import conf as options
from nova_ha.cmd.checks.findings import Code
from tests.unit.db import base

NOBODY = 65534
"""Has no right that is not everybody's."""

HOSTS = 'hosts: [{name: c1, power: {driver: fake}}]\n'


def needs_root(test):
    return unittest.skipIf(os.getuid() != 0, 'needs root')(test)


class CheckTest(base.TemporaryDirectory):
    """All is well to begin with, but that there is no store."""

    def setUp(self):
        super().setUp()
        self.state = self.directory / 'state'
        self.state.mkdir()
        self.hosts = self.directory / 'hosts.yaml'
        self.hosts.write_text(HOSTS)
        self.file = self.directory / 'nova-ha.conf'
        self.configure()

    def configure(self, text=''):
        self.file.touch(mode=0o600)
        self.file.write_text(
            f'[DEFAULT]\nstate_path = {self.state}\n'
            f'hosts_file = {self.hosts}\n{text}'
        )

    def conf(self, *files):
        conf = cfg.ConfigOpts()
        options.register_opts(conf)
        conf(
            [],
            project='nova-ha',
            default_config_files=[str(f) for f in files or (self.file,)],
        )
        return conf

    def assert_check(self, code, part, check):
        """The check ends so, and says that."""
        result = check(self.conf())
        self.assertEqual(
            (code, True), (result.code, part in result.details), result.details
        )
        return result.details

    def assert_good(self, check, part=''):
        return self.assert_check(Code.SUCCESS, part, check)

    def assert_warning(self, part, check):
        return self.assert_check(Code.WARNING, part, check)

    def assert_failure(self, part, check):
        return self.assert_check(Code.FAILURE, part, check)

    def open_to_others(self):
        """Let anybody get as far as the directory."""
        self.directory.chmod(0o755)

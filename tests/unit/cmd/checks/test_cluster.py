# SPDX-License-Identifier: Apache-2.0
"""What is said of Pacemaker; its commands are stand-ins on PATH."""

import functools
import grp
import os
from unittest import mock

from nova_ha.cmd.checks import cluster
from tests.unit.cmd.checks import base

OURS = grp.getgrgid(os.getgid()).gr_name


class ClusterTest(base.CheckTest):
    def setUp(self):
        super().setUp()
        self.programs = self.directory / 'bin'
        self.programs.mkdir()
        self.install(*cluster.COMMANDS)
        self.install('crm_resource', says='fencer')
        self.install('fence_nova_ha')
        self.configure(
            f'[cluster]\nenabled = true\n[fencer]\nsocket_group = {OURS}\n'
        )
        path = mock.patch.dict(os.environ, PATH=str(self.programs))
        path.start()
        self.addCleanup(path.stop)
        self.check = functools.partial(
            cluster.check,
            fence_agent=str(self.programs / 'fence_nova_ha'),
            units=(str(self.directory),),
        )

    def install(self, *names, says='', code=0):
        for name in names:
            program = self.programs / name
            program.write_text(f'#!/bin/sh\necho {says}\nexit {code}\n')
            program.chmod(0o755)

    def test_without_pacemaker(self):
        self.configure()
        self.assert_good(self.check, 'without Pacemaker')

    def test_good(self):
        self.assert_good(self.check, 'finds the fence agent')

    def test_no_agent(self):
        self.install('crm_resource', code=1)
        told = self.assert_failure('ocf:nova-ha:fencer', self.check)
        self.assertIn('/usr/lib/ocf/resource.d/nova-ha/fencer', told)

    def test_the_unit_will_do(self):
        self.install('crm_resource', code=1)
        (self.directory / cluster.UNIT).touch()
        self.assert_good(self.check)

    def test_no_fence_agent(self):
        (self.programs / 'fence_nova_ha').unlink()
        self.assert_failure('looks for the fence agent', self.check)

    def test_no_group(self):
        self.configure(
            '[cluster]\nenabled = true\n[fencer]\nsocket_group = ghosts\n'
        )
        self.assert_failure('there is no group ghosts', self.check)

    @base.needs_root
    def test_not_of_the_group(self):
        os.chown(self.state, base.NOBODY, base.NOBODY)
        self.assert_failure(
            f'usermod --append --groups {OURS} nobody', self.check
        )

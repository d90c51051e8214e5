# SPDX-License-Identifier: Apache-2.0
"""Every role against every rule, with the rules as they are in code."""

import os
import pathlib
import tempfile
import unittest

from oslo_config import cfg
from oslo_context import context
import yaml

from nova_ha import policies
from nova_ha.policies import base
from nova_ha.policies import capacity
from nova_ha.policies import enforcer
from nova_ha.policies import evacuations
from nova_ha.policies import events
from nova_ha.policies import health
from nova_ha.policies import hosts
from nova_ha.policies import mode
from nova_ha.policies import recoveries
from nova_ha.policies import rehearsals
from nova_ha.policies import servers
from nova_ha.policies import snapshots
from nova_ha.policies import spares

READING = {
    base.READER,
    capacity.SHOW,
    evacuations.LIST,
    events.LIST,
    health.SHOW,
    hosts.EXPLAIN,
    hosts.LIST,
    hosts.POWER,
    hosts.SHOW,
    mode.SHOW,
    recoveries.LIST,
    recoveries.SHOW,
    rehearsals.LIST,
    rehearsals.SHOW,
    servers.EXPLAIN,
    snapshots.REPORT,
    spares.LIST,
}
MANAGING = READING | {
    base.MANAGER,
    hosts.CHECK,
    recoveries.CANCEL,
    recoveries.LET_RETURN,
    recoveries.RELEASE,
    recoveries.RETRY,
    spares.GIVE_BACK,
    spares.KEEP,
}
EVERYTHING = MANAGING | {
    base.ADMIN,
    hosts.POWER_ON,
    mode.SET,
    recoveries.CONFIRM_OFF,
    recoveries.CREATE,
}

SYSTEM = {'system_scope': 'all'}
PROJECT = {'project_id': 'p1'}
DOMAIN = {'domain_id': 'd1'}

#: Roles as Keystone lists them: a role brings those that it implies.
ALLOWED = {
    'reader': (['reader'], SYSTEM, READING),
    'member': (['member', 'reader'], SYSTEM, READING),
    'manager': (['manager', 'member', 'reader'], SYSTEM, MANAGING),
    'manager without what it implies': (['manager'], SYSTEM, MANAGING),
    'admin': (['admin', 'manager', 'member', 'reader'], SYSTEM, EVERYTHING),
    'admin of a project': (['admin', 'reader'], PROJECT, EVERYTHING),
    'manager of a project': (['manager', 'reader'], PROJECT, set()),
    'reader of a project': (['reader'], PROJECT, set()),
    'admin of a domain': (['admin', 'manager', 'reader'], DOMAIN, set()),
    'service': (['service'], PROJECT, set()),
    'nobody': ([], SYSTEM, set()),
    'nobody at all': ([], {}, set()),
}


class PolicyTestCase(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='nha-')
        self.addCleanup(directory.cleanup)
        self.file = pathlib.Path(directory.name) / 'policy.yaml'
        self.conf = cfg.ConfigOpts()
        self.conf([], default_config_files=[])

    def policy(self):
        found = enforcer.enforcer(self.conf)
        found.policy_file = str(self.file)
        self.conf.set_override('policy_file', str(self.file), 'oslo_policy')
        return enforcer.Policy(self.conf)

    def allowed(self, policy, rule, roles, scope):
        who = context.RequestContext(roles=roles, user_id='u1', **scope)
        try:
            policy.check(rule, who.to_policy_values())
        except enforcer.Forbidden as error:
            self.assertIn(rule, str(error))
            return False
        return True


class RolesTest(PolicyTestCase):
    def test_every_role_against_every_rule(self):
        policy = self.policy()
        rules = {rule.name for rule in policies.list_rules()}
        self.assertEqual(rules, EVERYTHING)
        for who, (roles, scope, expected) in ALLOWED.items():
            # What has no scope_types takes a token of any scope, and is
            # asked by other rules only.
            rules_of_operations = rules - {
                base.READER,
                base.MANAGER,
                base.ADMIN,
            }
            with self.subTest(who):
                self.assertEqual(
                    expected & rules_of_operations,
                    {
                        rule
                        for rule in rules_of_operations
                        if self.allowed(policy, rule, roles, scope)
                    },
                )


class PolicyFileTest(PolicyTestCase):
    def write(self, rules):
        self.file.write_text(yaml.safe_dump(rules), encoding='utf-8')

    def readers_of_ops(self, policy):
        return {
            project
            for project in ('ops', 'other')
            if self.allowed(
                policy, hosts.LIST, ['reader'], {'project_id': project}
            )
        }

    def test_a_project_of_operators(self):
        """As the docstring of nova_ha.policies.base tells."""
        self.write(
            {
                base.READER: f'rule:{base.MANAGER} or '
                '(role:reader and project_id:ops)'
            }
        )
        self.assertEqual({'ops'}, self.readers_of_ops(self.policy()))

    def test_a_file_that_comes_later_is_read(self):
        self.write({})
        policy = self.policy()
        self.assertEqual(set(), self.readers_of_ops(policy))
        self.write({hosts.LIST: '@'})
        # By the clock of some kernels both were written at the same time.
        later = self.file.stat().st_mtime + 1
        os.utime(self.file, (later, later))
        self.assertEqual({'ops', 'other'}, self.readers_of_ops(policy))

    def test_a_mistake_leaves_the_rules_as_they_were(self):
        self.write({hosts.LIST: 'role:reader and project_id:ops'})
        policy = self.policy()
        for wrong in ('- : [', 'a: b: c', '"'):
            self.file.write_text(wrong, encoding='utf-8')
            with self.subTest(wrong):
                self.assertEqual({'ops'}, self.readers_of_ops(policy))

    def test_a_mistake_at_the_start_is_raised(self):
        self.file.write_text('a: b: c', encoding='utf-8')
        with self.assertRaises(ValueError):
            self.policy()

# SPDX-License-Identifier: Apache-2.0
import datetime
import pathlib
import re
import textwrap

import fixtures
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import testtools
import yaml

from nova_ha import rules
from nova_ha.recovery.groups import Group
from nova_ha.recovery.groups import Readiness
from nova_ha.recovery.groups import ReadyWhen
from nova_ha.recovery.rules import Conditions
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import KEYS_ON
from nova_ha.recovery.rules import Question as Q
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.rules import Source
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState

ROOT = pathlib.Path(__file__).parents[3]
SAMPLE = ROOT / 'etc/nova-ha/rules.yaml.sample'
GUIDE = ROOT / 'doc/source/admin/rules.rst'

WHOLE = """
    keys_on: [flavor, image]
    groups:
      db: {ready: {tcp: 5432}, timeout: 300}
      app: {after: [db], ready: active}
      web: {after: app}
      rest:
    rules:
      - name: everything at once
        reason: to see it all
        when:
          name: [db-*, sql-*]
          project: 0a1b
          availability_zone: az1
          flavor: m1.*
          tags: [blue, green]
          metadata: {role: [db, sql], ha: '*'}
          extra_specs: {'hw:cpu_policy': dedicated}
          image: {os_type: windows}
          host: compute?
          aggregate: [rbd]
          aggregate_metadata: {storage: rbd}
        set:
          evacuate: yes
          priority: 900
          group: db
          target_state: stopped
          storage: local
          disk: wait
          wait: 30
          then: snapshot
          max_age: 24h
          reset_state: on
      - name: the rest
        set: {priority: 0}
"""


class RulesFileTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = self.directory / 'rules.yaml'

    def read(self, text):
        self.path.write_text(textwrap.dedent(text))
        return rules.read(self.path)

    def problems(self, text):
        """Return 'line: where: field: text' for each problem."""
        self.path.write_text(textwrap.dedent(text))
        error = self.assertRaises(rules.RulesFileError, rules.read, self.path)
        prefix = f'{self.path}:'
        return [
            line.removeprefix(prefix).strip()
            for line in str(error).splitlines()
        ]

    def rule(self, text):
        """Return the problems of a rule, with the line from its own first."""
        body = textwrap.indent(textwrap.dedent(text), '    ')
        head = 'groups: {db: {}}\nrules:\n  - name: r\n'
        return [
            problem.removeprefix("4: rule 'r': ")
            for problem in self.problems(head + body)
        ]


class GoodFileTest(RulesFileTestCase):
    def test_everything(self):
        loaded = self.read(WHOLE)
        first, second = loaded.rules.rules
        self.assertEqual(
            Conditions(
                name=('db-*', 'sql-*'),
                project=('0a1b',),
                availability_zone=('az1',),
                flavor=('m1.*',),
                tags=('blue', 'green'),
                metadata={'role': ('db', 'sql'), 'ha': ('*',)},
                extra_specs={'hw:cpu_policy': ('dedicated',)},
                image={'os_type': ('windows',)},
                host=('compute?',),
                aggregate=('rbd',),
                aggregate_metadata={'storage': ('rbd',)},
            ),
            first.conditions,
        )
        self.assertEqual(
            {
                Q.EVACUATE: True,
                Q.PRIORITY: 900,
                Q.GROUP: 'db',
                Q.TARGET_STATE: TargetState.STOPPED,
                Q.STORAGE: StorageClass.LOCAL,
                Q.DISK: Disk(
                    DiskPolicy.WAIT,
                    datetime.timedelta(minutes=30),
                    DiskPolicy.SNAPSHOT,
                    datetime.timedelta(hours=24),
                ),
                Q.RESET_STATE: True,
            },
            first.answers,
        )
        self.assertEqual(
            "rule 'everything at once' (rules.yaml line 9): to see it all",
            str(first),
        )
        self.assertEqual(Conditions(), second.conditions)
        self.assertEqual({Q.PRIORITY: 0}, second.answers)
        self.assertEqual((Source.FLAVOR, Source.IMAGE), loaded.rules.keys_on)
        self.assertEqual({'db', 'app', 'web', 'rest'}, {*loaded.rules.groups})
        self.assertTrue(loaded.rules.ask_for_images())
        self.assertEqual((), loaded.warnings)

    def test_groups(self):
        self.assertEqual(
            {
                'db': Group(
                    'db',
                    ready=Readiness(ReadyWhen.TCP, port=5432),
                    timeout=300.0,
                ),
                'app': Group('app', after=('db',)),
                'web': Group('web', after=('app',)),
                'rest': Group('rest'),
            },
            self.read(WHOLE).rules.groups,
        )

    def test_words_of_yaml(self):
        """YAML takes yes, no, on and off for true and false."""
        loaded = self.read("""
            rules:
              - {name: a, set: {evacuate: no, reset_state: off}}
              - {name: b, set: {evacuate: true, reset_state: yes}}
        """)
        found = [dict(rule.answers) for rule in loaded.rules.rules]
        self.assertEqual(
            [
                {Q.EVACUATE: False, Q.RESET_STATE: False},
                {Q.EVACUATE: True, Q.RESET_STATE: True},
            ],
            found,
        )

    def test_no_rules(self):
        loaded = self.read('rules: []')
        self.assertEqual(Rules(), loaded.rules)
        self.assertEqual(KEYS_ON, loaded.rules.keys_on)
        self.assertFalse(loaded.rules.ask_for_images())

    def test_no_keys(self):
        loaded = self.read('{rules: [], keys_on: []}')
        self.assertEqual((), loaded.rules.keys_on)

    def test_a_rule_that_is_never_heard(self):
        loaded = self.read("""
            rules:
              - {name: all, set: {priority: 1, evacuate: yes}}
              - {name: some, when: {name: a}, set: {priority: 2}}
              - {name: heard, when: {name: a}, set: {priority: 2, disk: leave}}
        """)
        [warning] = loaded.warnings
        self.assertIn("rule 'some' (rules.yaml line 4) is never", warning)
        self.assertIn("rule 'all' (rules.yaml line 3)", warning)

    def test_the_sample(self):
        loaded = rules.read(SAMPLE)
        self.assertEqual((), loaded.warnings)
        said = {q for rule in loaded.rules.rules for q in rule.answers}
        self.assertEqual(set(Q), said)
        text = SAMPLE.read_text()
        for field in (
            *Conditions.__dataclass_fields__,
            *('keys_on', 'groups', 'after', 'ready', 'timeout', 'reason'),
            *('wait', 'then', 'max_age'),
        ):
            self.assertIn(f'{field}:', text)

    def test_what_the_guide_shows(self):
        blocks = re.findall(r'::\n\n((?:    .*\n|\n)+)', GUIDE.read_text())
        shown = [block for block in blocks if '    rules:\n' in block]
        self.assertEqual(2, len(shown))
        for block in shown:
            self.assertEqual((), self.read(block).warnings)


class BadFileTest(RulesFileTestCase):
    def test_what_is_wrong_is_told_with_line_rule_and_field(self):
        self.assertEqual(
            [
                "4: rule 'a': when.flavour: unknown (did you mean flavor?)",
                (
                    "5: rule 'a': set.priority: must be a whole number from 0 "
                    'to 1000'
                ),
                "6: rule number 2: name: missing",
            ],
            self.problems("""
                rules:
                  - name: a
                    when: {flavour: m1}
                    set: {priority: 1001}
                  - set: {priority: 1}
            """),
        )

    def test_a_rule(self):
        for problem, text in (
            ('set: must not be empty', 'set: {}'),
            (
                'set.evacuate: must be yes or no',
                'set: {evacuate: maybe}',
            ),
            ('set.evacuate: must be yes or no', "set: {evacuate: 'no'}"),
            ('set.reset_state: must be on or off', 'set: {reset_state: 1}'),
            (
                'set.priority: must be a whole number from 0 to 1000',
                'set: {priority: high}',
            ),
            (
                "set.target_state: 'off' is not one of keep or stopped",
                "set: {target_state: 'off'}",
            ),
            (
                "set.storage: 'rbd' is not one of volume or shared or local",
                'set: {storage: rbd}',
            ),
            (
                (
                    "set.disk: 'go' is not one of leave or wait or rebuild or "
                    'snapshot'
                ),
                'set: {disk: go}',
            ),
            (
                'set.wait: missing; disk: wait needs wait and then',
                'set: {disk: wait, then: leave}',
            ),
            (
                'set.then: missing; disk: wait needs wait and then',
                'set: {disk: wait, wait: 5}',
            ),
            (
                'set.wait: has a meaning beside disk only',
                'set: {wait: 5}',
            ),
            (
                'set.max_age: has a meaning with snapshot only',
                'set: {disk: rebuild, max_age: 1h}',
            ),
            (
                "set.group: no group 'dbs' (did you mean db?)",
                'set: {group: dbs}',
            ),
        ):
            with self.subTest(text):
                self.assertEqual([problem], self.rule(text))
        [problem] = self.rule('set: {disk: wait, wait: 0, then: leave}')
        self.assertIn("set.wait: '0' is no time: 30 or 30m", problem)

    def test_conditions(self):
        for problem, text in (
            (
                (
                    'when.metadata.tier: must be text, but YAML reads this as '
                    'a number; put it in quotes'
                ),
                'when: {metadata: {tier: 1}}',
            ),
            (
                (
                    'when.name: an empty list matches nothing; name what it '
                    'shall match'
                ),
                'when: {name: []}',
            ),
            ('when.name: must not be empty', "when: {name: ''}"),
            ('when.image: must not be empty', 'when: {image: {}}'),
            (
                'when.metadata: must be a mapping (key: value), not text',
                'when: {metadata: role}',
            ),
            (
                'when: must be a mapping (key: value), not nothing',
                'when:',
            ),
        ):
            with self.subTest(text):
                found = self.rule(f'{text}\nset: {{priority: 1}}')
                self.assertEqual([problem], found)

    def test_the_file(self):
        for problem, text in (
            (
                'empty; a file without rules has the line "rules: []"',
                '# nothing',
            ),
            ('1: rules: missing', 'groups: {}'),
            (
                (
                    '1: rules: must be a list (lines that begin with "- "), '
                    'not a mapping'
                ),
                'rules: {name: a}',
            ),
            (
                (
                    "1: keys_on.1: 'host' is not one of server or flavor or "
                    'image or aggregate'
                ),
                '{rules: [], keys_on: [host]}',
            ),
            ('1: rule: unknown (did you mean rules?)', '{rule: 1, rules: []}'),
            (
                "1: rule number 1: must be a mapping (key: value), not text",
                'rules: [a]',
            ),
            (
                '2: rules is given twice, first in line 1; remove one',
                'rules: []\nrules: []',
            ),
        ):
            with self.subTest(text):
                self.assertEqual([problem], self.problems(text))

    def test_two_rules_of_one_name(self):
        self.assertEqual(
            [
                "4: rule 'a': name: is already the name of the rule in line 3",
            ],
            self.problems("""
                rules:
                  - {name: a, set: {priority: 1}}
                  - {name: a, set: {priority: 2}}
            """),
        )

    def test_groups(self):
        ready = 'must be active, evacuated, {tcp: PORT} or {delay: SECONDS}'
        for problem, text in (
            (
                "group app: after: no group 'dbs' (did you mean db?)",
                '{db: {}, app: {after: dbs}}',
            ),
            (
                (
                    'group a: after: a after b after a: none of them could '
                    'ever start; take one of these out'
                ),
                '{a: {after: b}, b: {after: a}}',
            ),
            (f'group a: ready: {ready}', '{a: {ready: soon}}'),
            (f'group a: ready: {ready}', '{a: {ready: {tcp: 0}}}'),
            (f'group a: ready: {ready}', '{a: {ready: {delay: -1}}}'),
            (f'group a: ready: {ready}', '{a: {ready: {tcp: 1, delay: 1}}}'),
            (
                'group a: timeout: must be a number of seconds, more than 0',
                '{a: {timeout: 0}}',
            ),
            (
                'group a: comes_after: unknown (did you mean after?)',
                '{a: {comes_after: b}}',
            ),
        ):
            with self.subTest(text):
                self.assertEqual(
                    [f'1: {problem}'],
                    self.problems(f'{{rules: [], groups: {text}}}'),
                )

    def test_a_file_that_is_not_there(self):
        error = self.assertRaises(rules.RulesFileError, rules.read, self.path)
        self.assertEqual(
            f'{self.path}: cannot be read: No such file or directory; '
            '[policy] rules_file in the configuration says where it is',
            str(error),
        )

    @settings(max_examples=60)
    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.sampled_from(['wait', 'leave', 'db', 'a*']),
            lambda some: (
                st.lists(some, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            *('rules', 'name', 'when', 'set', 'groups'),
                            *('after', 'disk', 'wait', 'then', 'keys_on'),
                        ]
                    ),
                    some,
                    max_size=4,
                )
            ),
            max_leaves=12,
        )
    )
    def test_whatever_is_in_it_it_is_read_or_its_problems_are_told(
        self, value
    ):
        for document in (value, {'rules': [value]}, {'rules': value}):
            self.path.write_text(yaml.safe_dump(document))
            try:
                rules.read(self.path)
            except rules.RulesFileError as error:
                self.assertTrue(error.problems)


class RegistryTest(RulesFileTestCase):
    def test_without_a_file(self):
        file = rules.RulesFile(None)
        file.reload()
        self.assertEqual(Rules(), file.rules())

    def test_reload(self):
        self.path.write_text('rules: []')
        file = rules.RulesFile(self.path)
        self.path.write_text(textwrap.dedent(WHOLE))
        self.assertEqual(Rules(), file.rules())
        file.reload()
        self.assertEqual(2, len(file.rules().rules))
        self.assertEqual(4, len(file.rules().groups))

    @settings(max_examples=40)
    @given(
        st.integers(0, len(WHOLE)),
        st.sampled_from([':', '\t', '{', '[', '- ', '\x00', '!x ', '\n']),
    )
    def test_a_broken_file_never_changes_anything(self, place, text):
        good = textwrap.dedent(WHOLE)
        self.path.write_text(good)
        file = rules.RulesFile(self.path)
        before = file.rules()
        self.path.write_text(f'{good[:place]}{text}{good[place:]}')
        try:
            file.reload()
        except rules.RulesFileError:
            self.assertEqual(before, file.rules())

    def test_a_file_that_is_gone(self):
        self.path.write_text(textwrap.dedent(WHOLE))
        file = rules.RulesFile(self.path)
        self.path.unlink()
        self.assertRaises(rules.RulesFileError, file.reload)
        self.assertEqual(2, len(file.rules().rules))

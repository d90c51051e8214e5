# SPDX-License-Identifier: Apache-2.0
"""Which rule is about which instance, and who is heard first."""

import datetime
import unittest

from hypothesis import given
from hypothesis import strategies as st

from nova_ha.recovery import rules_deciding
from nova_ha.recovery import rules_matching
from nova_ha.recovery import rules_words
from nova_ha.recovery import staying
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import Decision
from nova_ha.recovery.rules import AMPHORA
from nova_ha.recovery.rules import Conditions
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import Facts
from nova_ha.recovery.rules import Question as Q
from nova_ha.recovery.rules import Rule
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.rules import Source
from nova_ha.recovery.rules import Unread
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState
from tests.unit.recovery import data

MINUTE = datetime.timedelta(minutes=1)
AWAY = Unread('nova does not list the aggregates: 503')
UUID = '6f1c3b8e-1111-4222-8333-44445555aaaa'

RBD = Aggregate(1, 'rbd', 'az1', frozenset({'h1'}), {'storage': 'rbd'})
GOLD = Aggregate(2, 'gold', '', frozenset({'h1'}), {'tier': 'gold'})


def facts(aggregates=(RBD, GOLD), properties=None, host='h1', **changes):
    instance = data.instance(
        **{
            'name': 'db-1',
            'project': 'p1',
            'availability_zone': 'az1',
            'metadata': {'role': 'db'},
            'tags': frozenset({'blue', 'green'}),
            'flavor': 'm1.large',
            'extra_specs': {'hw:cpu_policy': 'dedicated'},
            **changes,
        }
    )
    return Facts(instance, host, aggregates, properties or {})


def rule(name='r', conditions=None, reason='', **answers):
    return Rule(
        name,
        conditions or Conditions(),
        {Q(question): answer for question, answer in answers.items()},
        reason,
    )


def decide(*rules, about=None, **more):
    return rules_deciding.decide(Rules(rules, **more), about or facts())


class MatchingTest(unittest.TestCase):
    IMAGE = Facts(facts().instance, 'h1', (), {'os_type': 'windows', 'x': 'y'})
    BLIND = facts(aggregates=AWAY)
    UNSEEN = Facts(facts().instance, 'h1', (), AWAY)

    def test_table(self):
        for expected, about, conditions in (
            (True, None, {}),
            (True, None, {'name': ('db-*',)}),
            (False, None, {'name': ('db',)}),
            (False, None, {'name': ('DB-*',)}),
            (True, None, {'name': ('web-*', 'db-?')}),
            (True, None, {'project': ('p1',)}),
            (False, None, {'project': ('p2',)}),
            (True, None, {'availability_zone': ('az*',)}),
            (False, None, {'availability_zone': ('az2',)}),
            (True, None, {'flavor': ('m1.*',)}),
            (False, None, {'flavor': ('m2.*',)}),
            (True, None, {'tags': ('red', 'green')}),
            (False, None, {'tags': ('red',)}),
            (True, None, {'metadata': {'role': ('db', 'web')}}),
            (False, None, {'metadata': {'role': ('web',)}}),
            (False, None, {'metadata': {'role': ('db',), 'ha': ('*',)}}),
            (True, None, {'extra_specs': {'hw:cpu_policy': ('ded*',)}}),
            (False, None, {'extra_specs': {'hw:cpu_policy': ('shared',)}}),
            (True, None, {'host': ('h?',)}),
            (False, None, {'host': ('compute*',)}),
            (True, None, {'aggregate': ('ssd', 'rbd')}),
            (False, None, {'aggregate': ('ssd',)}),
            (True, None, {'aggregate_metadata': {'tier': ('gold',)}}),
            (False, None, {'aggregate_metadata': {'tier': ('lead',)}}),
            # One aggregate has to have both the name and the metadata.
            (
                False,
                None,
                {
                    'aggregate': ('rbd',),
                    'aggregate_metadata': {'tier': ('gold',)},
                },
            ),
            (True, IMAGE_FACTS, {'image': {'os_type': ('win*',)}}),
            (False, IMAGE_FACTS, {'image': {'os_type': ('linux',)}}),
            (False, None, {'image': {'os_type': ('*',)}}),
            # All have to hold.
            (True, None, {'name': ('db-*',), 'flavor': ('m1.large',)}),
            (False, None, {'name': ('db-*',), 'flavor': ('m1.small',)}),
            # What cannot be read is not guessed.
            (AWAY, self.BLIND, {'aggregate': ('rbd',)}),
            (AWAY, self.BLIND, {'aggregate_metadata': {'a': ('b',)}}),
            (AWAY, self.BLIND, {'aggregate': ('rbd',), 'name': ('db-*',)}),
            (False, self.BLIND, {'aggregate': ('rbd',), 'name': ('web',)}),
            (True, self.BLIND, {'name': ('db-*',)}),
            (AWAY, self.UNSEEN, {'image': {'os_type': ('windows',)}}),
            (
                False,
                self.UNSEEN,
                {'image': {'os_type': ('windows',)}, 'host': ('h2',)},
            ),
        ):
            with self.subTest(conditions):
                self.assertEqual(
                    expected,
                    rules_matching.holds(
                        Conditions(**conditions), about or facts()
                    ),
                )


IMAGE_FACTS = MatchingTest.IMAGE


class PrecedenceTest(unittest.TestCase):
    """What stands further up this list is heard before what follows."""

    def test_each_is_heard_before_the_next(self):
        everybody = self._world({'rule', 'server', 'flavor', 'aggregate'})
        self.assertIn("rule 'all'", everybody)
        for heard, present in (
            ('of the server', {'server', 'flavor', 'aggregate'}),
            ('of flavor m1.large', {'flavor', 'image', 'aggregate'}),
            ('of its image', {'image', 'aggregate'}),
            ('of aggregate rbd', {'aggregate'}),
            ("rule 'Octavia amphorae' (built in)", set()),
        ):
            with self.subTest(heard):
                self.assertIn(heard, self._world(present))

    @staticmethod
    def _world(present):
        def keys(source):
            return {'nova_ha:evacuate': 'no'} if source in present else {}

        about = facts(
            name=f'amphora-{UUID}',
            properties=keys('image'),
            metadata=keys('server'),
            extra_specs=keys('flavor'),
            aggregates=[
                Aggregate(1, 'rbd', '', frozenset({'h1'}), keys('aggregate'))
            ],
        )
        rules = [rule('all', evacuate=False)] if 'rule' in present else []
        decision = rules_deciding.decide(
            Rules(rules, keys_on=tuple(Source)), about
        )
        assert not decision.evacuate
        return decision.because['evacuate']

    def test_by_default_everything_is_evacuated(self):
        decision = decide()
        self.assertTrue(decision.evacuate)
        self.assertEqual('by default', decision.because['evacuate'])
        self.assertEqual(500, decision.priority)
        self.assertEqual('', decision.group)
        self.assertIs(TargetState.KEEP, decision.target_state)
        self.assertFalse(decision.reset_state)

    def test_the_first_rule_that_speaks_on_a_question(self):
        decision = decide(
            rule('other', Conditions(name=('web-*',)), priority=1),
            rule('first', priority=900, reason='money'),
            rule('second', priority=100, group='db', evacuate=False),
        )
        self.assertEqual(900, decision.priority)
        self.assertEqual("rule 'first': money", decision.because['priority'])
        self.assertEqual('db', decision.group)
        self.assertFalse(decision.evacuate)

    def test_keys_of_kinds_that_do_not_count(self):
        about = facts(metadata={'nova_ha:evacuate': 'no'})
        self.assertTrue(decide(about=about, keys_on=()).evacuate)
        self.assertFalse(decide(about=about).evacuate)

    def test_what_an_owner_may_say(self):
        for source in (Source.SERVER, Source.IMAGE):
            about = self._owned(
                source,
                {
                    'nova_ha:evacuate': 'No',
                    'nova_ha:target_state': 'stopped',
                    'nova_ha:disk': 'rebuild',
                    'nova_ha:priority': '1000',
                    'nova_ha:group': 'db',
                    'nova_ha:storage': 'shared',
                    'nova_ha:reset_state': 'on',
                },
            )
            decision = decide(
                about=about,
                keys_on=tuple(Source),
                groups=frozenset({'db'}),
            )
            self.assertFalse(decision.evacuate)
            self.assertIs(TargetState.STOPPED, decision.target_state)
            self.assertIs(DiskPolicy.REBUILD, decision.disk)
            self.assertEqual(500, decision.priority)
            self.assertEqual('', decision.group)
            self.assertIs(StorageClass.LOCAL, decision.storage)
            self.assertFalse(decision.reset_state)
            for question in ('priority', 'group', 'storage', 'reset_state'):
                self.assertIn(
                    'an owner has no say', decision.because[question]
                )

    @staticmethod
    def _owned(source, keys):
        if source is Source.SERVER:
            return facts(metadata=keys, local_gb=1.0)
        return facts(properties=keys, local_gb=1.0)

    def test_what_an_administrator_may_say(self):
        for source in (Source.FLAVOR, Source.AGGREGATE):
            keys = {
                'nova_ha:priority': ' 7 ',
                'nova_ha:group': 'db',
                'nova_ha:storage': 'local',
                'nova_ha:disk': 'wait',
                'nova_ha:wait': '45',
                'nova_ha:then': 'snapshot',
                'nova_ha:max_age': '1d',
                'nova_ha:reset_state': 'ON',
            }
            flavors = source is Source.FLAVOR
            about = facts(
                extra_specs=keys if flavors else {},
                aggregates=[
                    Aggregate(1, 'a', '', frozenset(), {} if flavors else keys)
                ],
                local_gb=1.0,
            )
            decision = decide(about=about, groups=frozenset({'db'}))
            self.assertEqual(7, decision.priority)
            self.assertEqual('db', decision.group)
            self.assertIs(DiskPolicy.WAIT, decision.disk)
            self.assertEqual(45 * MINUTE, decision.wait)
            self.assertIs(DiskPolicy.SNAPSHOT, decision.then)
            self.assertEqual(1440 * MINUTE, decision.max_age)
            self.assertTrue(decision.reset_state)

    def test_a_key_that_is_no_answer_is_passed_over_and_told(self):
        for key, value in (
            ('evacuate', 'nein'),
            ('priority', '1001'),
            ('priority', '-1'),
            ('priority', 'high'),
            ('group', ' '),
            ('group', 'nosuch'),
            ('target_state', 'off'),
            ('storage', 'ceph'),
            ('disk', 'rebuilt'),
            ('disk', 'wait'),
            ('reset_state', ''),
        ):
            with self.subTest(key, value=value):
                about = facts(
                    extra_specs={f'nova_ha:{key}': value}, local_gb=1.0
                )
                said = decide(about=about, groups=frozenset({'db'}))
                unsaid = decide(about=facts(local_gb=1.0))
                self.assertEqual(
                    getattr(unsaid, key), getattr(said, key), said
                )
                self.assertIn(
                    f'nova_ha:{key} of flavor m1.large is passed over',
                    said.because[key],
                )

    def test_aggregates_that_contradict_each_other(self):
        def aggregate(number, word):
            keys = {'nova_ha:storage': word, 'nova_ha:priority': str(number)}
            return Aggregate(number, f'a{number}', '', frozenset(), keys)

        about = facts(
            aggregates=[aggregate(2, 'local'), aggregate(1, 'shared')],
            local_gb=1.0,
        )
        decision = decide(about=about)
        self.assertIs(StorageClass.LOCAL, decision.storage)
        self.assertIn(
            'nova_ha:storage of aggregate a1 says shared',
            decision.because['storage'],
        )
        # Where neither does harm, the first by name.
        self.assertEqual(1, decision.priority)


class AmphoraTest(unittest.TestCase):
    def test_by_name(self):
        for name, evacuated in (
            (f'amphora-{UUID}', False),
            ('amphora-of-wine', True),
            (f'my-amphora-{UUID}', True),
            (f'amphora-{UUID}-2', True),
        ):
            with self.subTest(name):
                self.assertIs(
                    evacuated, decide(about=facts(name=name)).evacuate
                )

    def test_a_rule_may_say_otherwise(self):
        about = facts(name=f'amphora-{UUID}')
        wanted = rule('all the same', Conditions(name=(AMPHORA,)))
        self.assertFalse(decide(wanted, about=about).evacuate)
        wanted = rule('yes', Conditions(name=('amphora-*',)), evacuate=True)
        self.assertTrue(decide(wanted, about=about).evacuate)


class StorageTest(unittest.TestCase):
    def test_table(self):
        said = rule('pool', storage=StorageClass.SHARED)
        local = rule('pool', storage=StorageClass.LOCAL)
        for expected, rules, instance in (
            ('volume', [], {'image': None}),
            ('volume', [local], {'image': None}),
            # Swap holds nothing worth keeping.
            ('volume', [], {'local_gb': 0.5, 'swap_gb': 0.5}),
            ('local', [], {'local_gb': 1.5, 'swap_gb': 0.5}),
            ('local', [], {'image': 'i', 'local_gb': 20.0}),
            # A flavor with disk 0: the disk is as large as the image.
            ('local', [], {'image': 'i', 'local_gb': 0.0}),
            ('shared', [said], {'image': 'i', 'local_gb': 20.0}),
            ('shared', [said], {'local_gb': 20.0}),
            ('local', [local, said], {'image': 'i'}),
            # A cell that is down shows no disks.
            ('local', [said], {'vm_state': 'unknown'}),
        ):
            with self.subTest(expected, instance=instance):
                decision = decide(*rules, about=facts(**instance))
                self.assertEqual(expected, decision.storage.value)
                self.assertEqual(expected == 'local', bool(decision.disk))

    def test_local_disks_are_left_by_default(self):
        about = facts(local_gb=20.0)
        decision = decide(about=about)
        self.assertIs(DiskPolicy.LEAVE, decision.disk)
        why = staying.reason(about.instance, decision)
        for words in ('left for its host', 'lost', 'storage to shared'):
            self.assertIn(words, why)

    def test_what_stays(self):
        disk = Disk(DiskPolicy.REBUILD)
        image = facts(local_gb=20.0)
        for expected, rules in (
            ('left for its host', []),
            ('it is not evacuated: rule', [rule(evacuate=False)]),
            (None, [rule(disk=disk)]),
            (None, [rule(storage=StorageClass.SHARED)]),
            ('left for its host', [rule(storage=StorageClass.LOCAL)]),
        ):
            why = staying.reason(image.instance, decide(*rules, about=image))
            if expected is None:
                self.assertIsNone(why)
            else:
                self.assertIn(expected, why)


class UnreadTest(unittest.TestCase):
    """In doubt the answer that does least harm, and said so."""

    BLIND = facts(aggregates=AWAY, local_gb=9.0)
    RBD = Conditions(aggregate=('rbd',))

    def assert_unsure(self, decision, question):
        self.assertIn(AWAY.why, decision.because[question])
        self.assertIn(AWAY.why, decision.unsure)

    def test_a_rule_that_may_forbid(self):
        decision = decide(
            rule('no', self.RBD, evacuate=False), about=self.BLIND
        )
        self.assertFalse(decision.evacuate)
        self.assert_unsure(decision, 'evacuate')

    def test_a_rule_that_may_allow_what_another_forbids(self):
        decision = decide(
            rule('yes', self.RBD, evacuate=True),
            rule('no', evacuate=False),
            about=self.BLIND,
        )
        self.assertFalse(decision.evacuate)
        self.assertIn("rule 'no'", decision.because['evacuate'])
        self.assert_unsure(decision, 'evacuate')

    def test_a_certain_rule_in_front_settles_it(self):
        decision = decide(
            rule('yes', evacuate=True, storage=StorageClass.SHARED),
            rule('no', self.RBD, evacuate=False, storage=StorageClass.LOCAL),
            about=self.BLIND,
        )
        self.assertTrue(decision.evacuate)
        self.assertEqual('', decision.unsure)

    def test_storage_that_may_be_local(self):
        decision = decide(
            rule('no', self.RBD, storage=StorageClass.LOCAL),
            rule('yes', storage=StorageClass.SHARED),
            about=self.BLIND,
        )
        self.assertIs(StorageClass.LOCAL, decision.storage)
        self.assertIs(DiskPolicy.LEAVE, decision.disk)
        self.assert_unsure(decision, 'storage')

    def test_storage_that_may_be_shared_has_not_been_left_but_failed(self):
        decision = decide(about=self.BLIND)
        self.assertIs(StorageClass.LOCAL, decision.storage)
        self.assert_unsure(decision, 'storage')

    def test_disks_that_may_be_left(self):
        rebuild = rule('go', disk=Disk(DiskPolicy.REBUILD))
        decision = decide(
            rule('stay', self.RBD, disk=Disk(DiskPolicy.LEAVE)),
            rebuild,
            about=self.BLIND,
        )
        self.assertIs(DiskPolicy.LEAVE, decision.disk)
        self.assert_unsure(decision, 'disk')

    def test_what_does_no_harm_is_passed_over(self):
        decision = decide(
            rule('maybe', self.RBD, priority=9, group='x'),
            about=facts(aggregates=AWAY),
        )
        self.assertEqual(500, decision.priority)
        self.assertIn(AWAY.why, decision.because['priority'])
        self.assertTrue(decision.evacuate)
        self.assertEqual('', decision.unsure)

    def test_one_with_volumes_goes(self):
        decision = decide(about=facts(aggregates=AWAY))
        self.assertTrue(decision.evacuate)
        self.assertIs(StorageClass.VOLUME, decision.storage)
        self.assertEqual('', decision.unsure)


class WordsTest(unittest.TestCase):
    def test_times(self):
        for text, minutes in (
            ('1', 1),
            ('30', 30),
            ('30m', 30),
            (' 24h ', 1440),
            ('7d', 10080),
        ):
            self.assertEqual(
                minutes * MINUTE, rules_words.duration('wait', text)
            )
        for text in ('', '0', '0h', '-1', '1.5', '1w', 'h', '9999d', '1 h'):
            with self.subTest(text), self.assertRaises(rules_words.WrongWord):
                rules_words.duration('wait', text)

    def test_disks_that_make_no_sense(self):
        for key, words in (
            ('wait', {'policy': 'wait', 'then': 'leave'}),
            ('then', {'policy': 'wait', 'wait': '5'}),
            ('then', {'policy': 'wait', 'wait': '5', 'then': 'wait'}),
            ('then', {'policy': 'wait', 'wait': '5', 'then': 'go'}),
            ('wait', {'policy': 'leave', 'wait': '5'}),
            ('then', {'policy': 'rebuild', 'then': 'leave'}),
            ('max_age', {'policy': 'leave', 'max_age': '5'}),
            ('max_age', {'policy': 'snapshot', 'max_age': 'old'}),
            ('disk', {'policy': 'Leave'}),
        ):
            with (
                self.subTest(words),
                self.assertRaises(rules_words.WrongWord) as caught,
            ):
                rules_words.disk(**words)
            self.assertEqual(key, caught.exception.key)

    def test_in_words(self):
        for expected, answer in (
            ('yes', True),
            ('no', False),
            ('0', 0),
            ('none', ''),
            ('none', None),
            ('shared', StorageClass.SHARED),
            ('rebuild', rules_words.disk('rebuild')),
            (
                'wait 90m, then snapshot not older than 2d',
                rules_words.disk('wait', '90', 'snapshot', '48h'),
            ),
        ):
            self.assertEqual(expected, rules_words.in_words(answer))

    def test_a_decision_in_words(self):
        text = str(decide(rule('a', priority=7, disk=Disk(DiskPolicy.LEAVE))))
        self.assertIn("priority 7: rule 'a'", text)
        self.assertIn('evacuate yes: by default', text)
        self.assertIn('disk none: it has no local disk', text)
        self.assertEqual('', str(Decision()))


TEXTS = st.sampled_from(['', 'db-1', 'x', '*', '[', f'amphora-{UUID}', '\x00'])
GLOBS = st.lists(TEXTS, max_size=2).map(tuple)
PAIRS = st.dictionaries(TEXTS, GLOBS, max_size=2)
WORDS = st.sampled_from(
    [
        *('yes', 'no', '7', '5000', 'stopped', 'shared', 'local', 'db'),
        *('rebuild', 'wait', 'snapshot', 'leave', '30', '24h', '', '\x00'),
    ]
)
KEYS = st.dictionaries(
    st.sampled_from(
        [f'nova_ha:{q.value}' for q in Q]
        + [f'nova_ha:{key}' for key in rules_words.DISK_DETAILS]
    ),
    WORDS,
)
DISKS = st.builds(
    Disk,
    st.sampled_from(DiskPolicy),
    st.sampled_from([None, 5 * MINUTE]),
    st.sampled_from([None, DiskPolicy.LEAVE]),
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        Q.EVACUATE: st.booleans(),
        Q.PRIORITY: st.integers(0, 1000),
        Q.GROUP: st.sampled_from(['db', 'app']),
        Q.TARGET_STATE: st.sampled_from(TargetState),
        Q.STORAGE: st.sampled_from(StorageClass),
        Q.DISK: DISKS,
        Q.RESET_STATE: st.booleans(),
    },
)
CONDITIONS = st.builds(
    Conditions,
    name=GLOBS,
    tags=GLOBS,
    metadata=PAIRS,
    image=PAIRS,
    aggregate=GLOBS,
    aggregate_metadata=PAIRS,
)
RULES = st.builds(
    Rules,
    st.lists(st.builds(Rule, TEXTS, CONDITIONS, ANSWERS), max_size=4),
    st.lists(st.sampled_from(Source), unique=True).map(tuple),
    st.just(frozenset({'db'})),
)
UNREAD = st.just(AWAY)
FACTS = st.builds(
    facts,
    aggregates=UNREAD
    | st.lists(
        st.builds(
            Aggregate, st.just(1), TEXTS, TEXTS, st.just(frozenset()), KEYS
        ),
        max_size=2,
    ),
    name=TEXTS,
    vm_state=st.sampled_from(['active', 'unknown', 'paused']),
    metadata=KEYS,
    extra_specs=KEYS,
    tags=st.frozensets(TEXTS, max_size=2),
    local_gb=st.sampled_from([0.0, 0.5, 20.0]),
    swap_gb=st.sampled_from([0.0, 0.5]),
    image=st.sampled_from([None, 'i1']),
    properties=UNREAD | KEYS,
)


class TotalTest(unittest.TestCase):
    @given(RULES, FACTS)
    def test_any_instance_gets_a_decision_with_a_reason_for_all(
        self, rules, about
    ):
        decision = rules_deciding.decide(rules, about)
        self.assertEqual({q.value for q in Q}, set(decision.because))
        self.assertTrue(all(decision.because.values()))
        self.assertIn(decision.priority, range(1001))
        self.assertIn(decision.group, ('', 'db', 'app'))
        local = decision.storage is StorageClass.LOCAL
        self.assertEqual(local, decision.disk is not None)
        self.assertEqual(
            {q.value for q in Q}, set(rules_deciding.answers(decision))
        )
        self.assertEqual(decision, rules_deciding.decide(rules, about))

    @given(RULES, FACTS)
    def test_no_local_disk_is_given_up_without_somebodys_word(
        self, rules, about
    ):
        decision = rules_deciding.decide(rules, about)
        stays = staying.reason(about.instance, decision)
        if stays is None and decision.storage is not StorageClass.VOLUME:
            because = {
                StorageClass.SHARED: decision.because['storage'],
                StorageClass.LOCAL: decision.because['disk'],
            }[decision.storage]
            self.assertNotRegex(because, 'by default|nobody says')
            self.assertRegex(because, "rule '|nova_ha:")

    @given(RULES, FACTS, ANSWERS)
    def test_a_rule_on_top_is_heard_whatever_else_is_said(
        self, rules, about, answers
    ):
        first = Rule('first', Conditions(), answers)
        rules = Rules((first, *rules.rules), rules.keys_on, rules.groups)
        decision = rules_deciding.decide(rules, about)
        for question in set(answers) - {Q.DISK, Q.STORAGE}:
            self.assertEqual(
                answers[question], getattr(decision, question.value)
            )
            self.assertEqual("rule 'first'", decision.because[question.value])

    @given(RULES, FACTS)
    def test_reading_more_makes_no_answer_less_safe_than_reading_nothing(
        self, rules, about
    ):
        """Blind, nothing is evacuated that could be forbidden by a rule."""
        blind = Facts(about.instance, about.host, AWAY, AWAY)
        seeing = rules_deciding.decide(rules, about)
        unseeing = rules_deciding.decide(rules, blind)
        forbidden = (
            not seeing.evacuate and "rule '" in (seeing.because['evacuate'])
        )
        if forbidden:
            self.assertFalse(unseeing.evacuate)
        if staying.reason(about.instance, unseeing) and not staying.reason(
            about.instance, seeing
        ):
            self.assertNotEqual('', unseeing.unsure)

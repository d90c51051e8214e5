# SPDX-License-Identifier: Apache-2.0
"""Who is heard on one question about one instance, in the order that counts.

1. the rules, from the top;
2. the own keys of server, flavor, image and aggregates, as far as they count;
3. the built-in rules;
4. the default, which always answers.

The first that answers is heard. Where it cannot be known whether somebody
answers, because facts could not be read, both answers are possible; of those
the one that does least harm is taken.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery import rules_matching
from nova_ha.recovery import rules_words
from nova_ha.recovery.model import PRIORITY
from nova_ha.recovery.rules import Answer
from nova_ha.recovery.rules import BUILT_IN
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import Facts
from nova_ha.recovery.rules import OWNERS_QUESTIONS
from nova_ha.recovery.rules import Question
from nova_ha.recovery.rules import Rule
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.rules import Source
from nova_ha.recovery.rules import Unread
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState

DEFAULTS: Mapping[Question, Answer] = {
    Question.EVACUATE: True,
    Question.PRIORITY: PRIORITY,
    Question.GROUP: '',
    Question.TARGET_STATE: TargetState.KEEP,
    Question.STORAGE: StorageClass.LOCAL,
    Question.DISK: Disk(DiskPolicy.LEAVE),
    Question.RESET_STATE: False,
}

BY_DEFAULT = {
    Question.STORAGE: 'nobody says that it is on storage that hosts share',
}
"""In whose name the default answers, where that is not plain."""

CARE: Mapping[Question, Sequence[object]] = {
    Question.EVACUATE: (False, True),
    Question.STORAGE: (
        StorageClass.LOCAL,
        StorageClass.SHARED,
        StorageClass.VOLUME,
    ),
    Question.DISK: (
        DiskPolicy.LEAVE,
        DiskPolicy.WAIT,
        DiskPolicy.SNAPSHOT,
        DiskPolicy.REBUILD,
    ),
    Question.RESET_STATE: (False, True),
}
"""Answers, the one that does least harm first. Of the other questions no
answer does harm."""

UNREAD_KEYS: Mapping[Question, Answer] = {
    Question.STORAGE: StorageClass.LOCAL,
    Question.DISK: Disk(DiskPolicy.LEAVE),
}
"""What keys that could not be read are taken to say, where that matters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """An answer that was given, or may have been.

    :ivar by: whose it is, for people.
    :ivar unread: why it is not known whether it was given; '' if it was.
    """

    answer: Answer
    by: str
    unread: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """The answer that counts, and why.

    :ivar unread: why it may be another; '' when it is certain.
    """

    answer: Answer
    because: str
    unread: str = ''


class Hearing:
    """Hears everybody on one question; good for one use."""

    def __init__(self, question: Question, rules: Rules, facts: Facts) -> None:
        self._question = question
        self._rules = rules
        self._facts = facts
        self._remarks: list[str] = []

    def hear(self) -> Heard:
        """Return the answer; there always is one."""
        possible: list[Said] = []
        for said in self._voices():
            possible.append(said)
            if not said.unread:
                break
        chosen = self._most_careful(possible)
        doubts = [said for said in possible if said.unread]
        reasons = [chosen.by, *self._remarks]
        reasons += [
            f'not known whether {said.by} says {_quoted(said)}: {said.unread}'
            for said in doubts
        ]
        return Heard(
            chosen.answer,
            '; '.join(reasons),
            doubts[0].unread if doubts else '',
        )

    def _voices(self) -> Iterator[Said]:
        yield from self._of_rules(self._rules.rules)
        for source in self._rules.keys_on:
            yield from self._of_keys(source)
        yield from self._of_rules(BUILT_IN)
        yield Said(
            DEFAULTS[self._question],
            BY_DEFAULT.get(self._question, 'by default'),
        )

    def _of_rules(self, rules: Sequence[Rule]) -> Iterator[Said]:
        for rule in rules:
            if self._question not in rule.answers:
                continue
            about = rules_matching.holds(rule.conditions, self._facts)
            if about is not False:
                why = about.why if isinstance(about, Unread) else ''
                yield Said(rule.answers[self._question], str(rule), why)

    def _of_keys(self, source: Source) -> Iterator[Said]:
        found: list[Said] = []
        for keys, owner in self._bearers(source):
            if isinstance(keys, Unread):
                yield from self._of_unread_keys(keys, owner)
            else:
                found += self._spoken(keys, owner, source)
        if found:
            yield self._agreed(found)

    def _bearers(
        self, source: Source
    ) -> Iterator[tuple[Mapping[str, str] | Unread, str]]:
        facts = self._facts
        if source is Source.SERVER:
            yield facts.instance.metadata, 'the server'
        elif source is Source.FLAVOR:
            flavor = facts.instance.flavor
            yield facts.instance.extra_specs, f'flavor {flavor}'
        elif source is Source.IMAGE:
            yield facts.image, 'its image'
        elif isinstance(facts.aggregates, Unread):
            yield facts.aggregates, 'its aggregates'
        else:
            for one in sorted(facts.aggregates, key=lambda a: a.name):
                yield one.metadata, f'aggregate {one.name}'

    def _of_unread_keys(self, keys: Unread, owner: str) -> Iterator[Said]:
        by = f'{self._key()} of {owner}'
        if self._question in UNREAD_KEYS:
            yield Said(UNREAD_KEYS[self._question], by, keys.why)
        else:
            self._remarks.append(f'{by} is passed over: {keys.why}')

    def _spoken(
        self, keys: Mapping[str, str], owner: str, source: Source
    ) -> Iterator[Said]:
        by = f'{self._key()} of {owner}'
        try:
            answer = rules_words.spoken(keys, self._question)
            if answer is None:
                return
            problem = self._problem(answer, source)
        except rules_words.WrongWord as error:
            problem = f'{rules_words.PREFIX}{error.key}: {error}'
            answer = ''
        if problem:
            self._remarks.append(f'{by} is passed over: {problem}')
        else:
            yield Said(answer, by)

    def _problem(self, answer: Answer, source: Source) -> str:
        owners = source in (Source.SERVER, Source.IMAGE)
        if owners and self._question not in OWNERS_QUESTIONS:
            return 'an owner has no say in this'
        if self._question is Question.GROUP and (
            answer not in self._rules.groups
        ):
            return f'the rules file has no group {answer!r}'
        return ''

    def _agreed(self, found: Sequence[Said]) -> Said:
        """Return what objects of one kind say together."""
        chosen = self._most_careful(found[::-1])
        for said in found:
            if said.answer != chosen.answer:
                self._remarks.append(f'{said.by} says {_quoted(said)}')
        return chosen

    def _most_careful(self, possible: Sequence[Said]) -> Said:
        """Return the answer that does least harm, the first of equals.

        Where none does harm: the last, which is certain.
        """
        order = CARE.get(self._question)
        if order is None:
            return possible[-1]
        return min(possible, key=lambda said: order.index(_kind(said.answer)))

    def _key(self) -> str:
        return f'{rules_words.PREFIX}{self._question.value}'


def _kind(answer: Answer) -> object:
    return answer.policy if isinstance(answer, Disk) else answer


def _quoted(said: Said) -> str:
    return rules_words.in_words(said.answer)

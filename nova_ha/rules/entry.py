# SPDX-License-Identifier: Apache-2.0
"""One rule of the file, whose form is right: its meaning."""

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from nova_ha.recovery import rules_words
from nova_ha.recovery.rules import Answer
from nova_ha.recovery.rules import Conditions
from nova_ha.recovery.rules import Globs
from nova_ha.recovery.rules import Question
from nova_ha.recovery.rules import Rule
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState
from nova_ha.yaml_file.document import Document
from nova_ha.yaml_file.problems import did_you_mean
from nova_ha.yaml_file.problems import Problem


class Entry:
    """Works one item of ``rules`` out; problems are collected.

    :param file: the file's name, for people.
    :ivar rule: of no use if there are ``problems``.
    """

    def __init__(
        self,
        document: Document,
        index: int,
        file: str,
        groups: Collection[str],
    ) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._index = index
        item: Mapping[str, Any] = document.value['rules'][index]
        self._name: str = item['name']
        self._set: Mapping[str, Any] = item['set']
        self._require_group(groups)
        line = document.line(('rules', index, 'name'))
        self.rule = Rule(
            name=self._name,
            conditions=_conditions(item.get('when', {})),
            answers=self._answers(),
            reason=item.get('reason', ''),
            place=f'{file} line {line}',
        )

    def _answers(self) -> Mapping[Question, Answer]:
        found: dict[Question, Answer] = {}
        for question in Question:
            value = self._set.get(question.value)
            if value is None or question is Question.DISK:
                continue
            if question is Question.TARGET_STATE:
                value = TargetState(value)
            elif question is Question.STORAGE:
                value = StorageClass(value)
            found[question] = value
        self._add_disk(found)
        return found

    def _add_disk(self, found: dict[Question, Answer]) -> None:
        policy = self._set.get('disk')
        details = {
            key: str(self._set[key])
            for key in rules_words.DISK_DETAILS
            if key in self._set
        }
        if policy is None:
            for key in details:
                self._problem(key, 'has a meaning beside disk only')
            return
        try:
            found[Question.DISK] = rules_words.disk(policy, **details)
        except rules_words.WrongWord as error:
            self._problem(error.key, str(error))

    def _require_group(self, groups: Collection[str]) -> None:
        wanted = self._set.get('group')
        if wanted is not None and wanted not in groups:
            text = f'no group {wanted!r}{did_you_mean(wanted, groups)}'
            if not groups:
                text += '; name it under groups, on top of the file'
            self._problem('group', text)

    def _problem(self, key: str, text: str) -> None:
        line = self._document.line(('rules', self._index, 'set', key))
        where, field = f"rule '{self._name}'", f'set.{key}'
        self.problems.append(Problem(line, where, field, text))


def _conditions(when: Mapping[str, Any]) -> Conditions:
    found: dict[str, Any] = {}
    for key, value in when.items():
        if isinstance(value, dict):
            found[key] = {name: _globs(value[name]) for name in value}
        else:
            found[key] = _globs(value)
    return Conditions(**found)


def _globs(value: str | list[str]) -> Globs:
    return (value,) if isinstance(value, str) else tuple(value)

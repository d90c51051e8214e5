# SPDX-License-Identifier: Apache-2.0
"""Answers as people write them, in the rules file and in keys on objects."""

from collections.abc import Callable
from collections.abc import Mapping
import datetime
import enum
import re
from typing import TypeVar

from nova_ha.recovery.rules import Answer
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import Question
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState

PREFIX = 'nova_ha:'
"""Of keys on objects: ``nova_ha:priority`` answers ``priority``."""

PRIORITIES = range(1001)

DISK_DETAILS = ('wait', 'then', 'max_age')
"""Keys that belong to the answer ``disk``."""

LONGEST = datetime.timedelta(days=3650)

_YES = frozenset({'yes', 'true', 'on', '1'})
_NO = frozenset({'no', 'false', 'off', '0'})
_UNITS = {'': 'minutes', 'm': 'minutes', 'h': 'hours', 'd': 'days'}

_Word = TypeVar('_Word', bound=enum.Enum)


class WrongWord(ValueError):
    """What was written is no answer; the text says what would be one.

    :ivar key: which of several words is wrong, for example ``then``.
    """

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


def spoken(keys: Mapping[str, str], question: Question) -> Answer | None:
    """Return what an object's own keys answer; None where they do not.

    :raises WrongWord: they do, but with what is no answer.
    """
    text = keys.get(PREFIX + question.value)
    if text is None:
        return None
    if question is Question.DISK:
        return disk(
            text, **{name: keys.get(PREFIX + name) for name in DISK_DETAILS}
        )
    return _PARSERS[question](question.value, text)


def disk(
    policy: str,
    wait: str | None = None,
    then: str | None = None,
    max_age: str | None = None,
) -> Disk:
    """Return the answer that these words are together.

    :raises WrongWord: they do not go together, or one is none.
    """
    chosen = _word('disk', policy, DiskPolicy)
    waits = chosen is DiskPolicy.WAIT
    for key, given in (('wait', wait), ('then', then)):
        if waits and given is None:
            raise WrongWord(key, 'missing; disk: wait needs wait and then')
        if not waits and given is not None:
            raise WrongWord(key, 'has a meaning with disk: wait only')
    following = _word('then', then, DiskPolicy) if then is not None else None
    if following is DiskPolicy.WAIT:
        raise WrongWord('then', 'must be leave, rebuild or snapshot')
    if max_age is not None and DiskPolicy.SNAPSHOT not in (chosen, following):
        raise WrongWord('max_age', 'has a meaning with snapshot only')
    return Disk(
        chosen,
        duration('wait', wait) if wait is not None else None,
        following,
        duration('max_age', max_age) if max_age is not None else None,
    )


def duration(key: str, text: str) -> datetime.timedelta:
    """Return a time: 30 or 30m are minutes, 24h are hours, 7d are days.

    :raises WrongWord: it is none, is nothing, or longer than ten years.
    """
    match = re.fullmatch(r'([0-9]{1,9})([mhd]?)', text.strip())
    if match is not None:
        number, unit = match.groups()
        found = datetime.timedelta(**{_UNITS[unit]: int(number)})
        if datetime.timedelta(0) < found <= LONGEST:
            return found
    raise WrongWord(
        key,
        f'{text!r} is no time: 30 or 30m are minutes, 24h are hours, 7d are '
        'days; more than nothing, ten years at most',
    )


def in_words(answer: Answer | None) -> str:
    """Return an answer as it would be written."""
    if isinstance(answer, bool):
        return 'yes' if answer else 'no'
    if isinstance(answer, Disk):
        return _disk_in_words(answer)
    if isinstance(answer, enum.Enum):
        return str(answer.value)
    return str(answer) if answer not in (None, '') else 'none'


def _disk_in_words(answer: Disk) -> str:
    words = answer.policy.value
    if answer.wait is not None and answer.then is not None:
        words += f' {_span(answer.wait)}, then {answer.then.value}'
    if answer.max_age is not None:
        words += f' not older than {_span(answer.max_age)}'
    return words


def _span(time: datetime.timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    for unit, size in (('d', 1440), ('h', 60)):
        if minutes % size == 0:
            return f'{minutes // size}{unit}'
    return f'{minutes}m'


def _flag(key: str, text: str) -> bool:
    word = text.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise WrongWord(key, f'{text!r} is neither yes nor no')


def _priority(key: str, text: str) -> int:
    word = text.strip()
    if re.fullmatch('[0-9]{1,4}', word) and int(word) in PRIORITIES:
        return int(word)
    raise WrongWord(key, f'{text!r} is no whole number from 0 to 1000')


def _group(key: str, text: str) -> str:
    if text.strip():
        return text.strip()
    raise WrongWord(key, 'is empty')


def _word(key: str, text: str, words: type[_Word]) -> _Word:
    try:
        return words(text.strip())
    except ValueError:
        known = ', '.join(word.value for word in words)
        raise WrongWord(key, f'{text!r} is none of {known}') from None


_PARSERS: Mapping[Question, Callable[[str, str], Answer]] = {
    Question.EVACUATE: _flag,
    Question.PRIORITY: _priority,
    Question.GROUP: _group,
    Question.TARGET_STATE: lambda k, text: _word(k, text, TargetState),
    Question.STORAGE: lambda k, text: _word(k, text, StorageClass),
    Question.RESET_STATE: _flag,
}

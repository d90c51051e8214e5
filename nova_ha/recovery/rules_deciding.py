# SPDX-License-Identifier: Apache-2.0
"""What is done about an instance: every question answered, with a reason.

Total: any instance gets a decision, whatever is said about it and whatever
could not be read.
"""

from collections.abc import Mapping
from typing import Any

from nova_ha.recovery import eligibility
from nova_ha.recovery import rules_words
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import Facts
from nova_ha.recovery.rules import Question
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.rules_hearing import Heard
from nova_ha.recovery.rules_hearing import Hearing
from nova_ha.recovery.states import StorageClass

MATTERS = (Question.EVACUATE, Question.STORAGE, Question.DISK)
"""Where a wrong answer loses data, or an instance from sight."""


def decide(rules: Rules, facts: Facts) -> Decision:
    """Return what is done about an instance of a host that failed."""
    heard = {
        question: Hearing(question, rules, facts).hear()
        for question in Question
    }
    heard[Question.STORAGE] = _storage(facts.instance, heard)
    local = heard[Question.STORAGE].answer is StorageClass.LOCAL
    if not local:
        heard[Question.DISK] = Heard('', 'it has no local disk to care for')
    unsure = [heard[q].unread for q in MATTERS if heard[q].unread]
    return Decision(
        **_fields(heard),
        **_disk(heard[Question.DISK].answer),
        because={q.value: heard[q].because for q in Question},
        unsure='; '.join(dict.fromkeys(unsure)),
    )


def answers(decision: Decision) -> Mapping[str, str]:
    """Return in words what was decided, by the name of the question."""
    found = {q.value: getattr(decision, q.value) for q in Question}
    if decision.disk is not None:
        found['disk'] = Disk(
            decision.disk, decision.wait, decision.then, decision.max_age
        )
    return {key: rules_words.in_words(found[key]) for key in found}


def _fields(heard: Mapping[Question, Heard]) -> dict[str, Any]:
    return {
        question.value: heard[question].answer
        for question in Question
        if question is not Question.DISK
    }


def _disk(answer: object) -> dict[str, Any]:
    if not isinstance(answer, Disk):
        return {}
    return {
        'disk': answer.policy,
        'wait': answer.wait,
        'then': answer.then,
        'max_age': answer.max_age,
    }


def _storage(instance: Instance, heard: Mapping[Question, Heard]) -> Heard:
    """Return where the disks are: the server shows which are no volumes, and
    somebody has to say of those that they are shared.
    """
    if instance.vm_state == eligibility.UNKNOWN:
        return Heard(StorageClass.LOCAL, 'nova does not show its disks now')
    if instance.image is None and instance.local_gb <= instance.swap_gb:
        return Heard(
            StorageClass.VOLUME,
            'it was booted from a volume and its flavor has no ephemeral disk',
        )
    word = heard[Question.STORAGE]
    return Heard(
        word.answer, f'{_on_host(instance)}; {word.because}', word.unread
    )


def _on_host(instance: Instance) -> str:
    size = f'{instance.local_gb - instance.swap_gb:g} GiB'
    if instance.image is None:
        return f'it has an ephemeral disk of {size}'
    if instance.local_gb <= instance.swap_gb:
        return 'it was made from an image, of whose size its disk is'
    return f'it was made from an image and has {size} of disk'

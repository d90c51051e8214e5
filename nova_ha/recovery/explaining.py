# SPDX-License-Identifier: Apache-2.0
"""What would become of an instance if its host failed now, and why; pure."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery import eligibility
from nova_ha.recovery import rules_deciding
from nova_ha.recovery import staying
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import DiskPolicy


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to one question about an instance, and what decided it."""

    question: str
    decided: str
    because: str


@dataclasses.dataclass(frozen=True, slots=True)
class Explained:
    """An instance with everything that is decided about it.

    :ivar nova: what nova would say to its state.
    :ivar outcome: ``evacuated``, ``waits``, ``stays`` or ``fails``.
    :ivar stays: why it would not be evacuated; '' where it would.
    :ivar unsure: see :class:`~.model.Decision`.
    """

    uuid: str
    name: str
    host: str | None
    vm_state: str
    task_state: str | None
    nova: str
    outcome: str
    stays: str
    unsure: str
    decisions: tuple[Explanation, ...]


def explain(
    instances: Sequence[Instance], decisions: Mapping[str, Decision]
) -> Sequence[Explained]:
    """Return what would become of the instances, in their order.

    :param decisions: by the instances' uuids.
    """
    return [_explained(i, decisions[i.uuid]) for i in instances]


def _explained(instance: Instance, decision: Decision) -> Explained:
    obstacle = eligibility.obstacle(instance, decision.reset_state)
    stays = obstacle or staying.reason(instance, decision) or ''
    answers = rules_deciding.answers(decision)
    return Explained(
        uuid=instance.uuid,
        name=instance.name,
        host=instance.host,
        vm_state=instance.vm_state,
        task_state=instance.task_state,
        nova=eligibility.obstacle(instance)
        or 'nova evacuates it in this state',
        outcome=_outcome(instance, decision, stays),
        stays=stays,
        unsure=decision.unsure,
        decisions=tuple(
            Explanation(key, answers.get(key, ''), why)
            for key, why in decision.because.items()
        ),
    )


def _outcome(instance: Instance, decision: Decision, stays: str) -> str:
    """Return what would become of it, in a word."""
    unknown = instance.vm_state == eligibility.UNKNOWN
    if unknown or (stays and decision.unsure):
        return 'fails'
    if stays:
        return 'stays'
    waits = decision.disk is DiskPolicy.WAIT
    return 'waits' if waits else 'evacuated'

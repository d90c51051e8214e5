# SPDX-License-Identifier: Apache-2.0
"""Gathers what the rules ask about, and lets them decide."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from nova_ha.engine.aggregates import Aggregates
from nova_ha.engine.image_properties import ImageProperties
from nova_ha.engine.image_properties import Properties
from nova_ha.recovery import ports
from nova_ha.recovery import rules_deciding
from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance
from nova_ha.recovery.rules import Facts
from nova_ha.recovery.rules import Rules


class RulesPolicy:
    """Satisfies :class:`nova_ha.recovery.ports.Policy`.

    What is asked of nova beyond the instances themselves is the list of
    host aggregates, in advance; of glance, once an image, and only where a
    rule depends on images.

    :param rules: the rules in force, asked at each use.
    :param images: None where there is no glance to ask.
    """

    def __init__(
        self,
        rules: Callable[[], Rules],
        compute: ports.Compute,
        clock: ports.Clock,
        images: ports.Images | None = None,
    ) -> None:
        self._rules = rules
        self._aggregates = Aggregates(compute, clock)
        self._images = ImageProperties(images, clock)

    def refresh(self) -> None:
        """Read the host aggregates in advance; never raises."""
        self._aggregates.refresh()

    def decide(
        self, host: str, instances: Sequence[Instance]
    ) -> Mapping[str, Decision]:
        """Return a decision for each of a host's instances, by uuid.

        :raises ComputeUnavailable: nova does not list the aggregates.
        """
        if not instances:
            return {}
        rules = self._rules()
        known = self._aggregates.of(host)
        images = self._images_of(rules, instances)
        decisions = {
            instance.uuid: rules_deciding.decide(
                rules,
                Facts(
                    instance,
                    host,
                    known.aggregates,
                    images.get(instance.image or '', {}),
                ),
            )
            for instance in instances
        }
        if not known.remark:
            return decisions
        return {
            uuid: _remarked(decision, known.remark)
            for uuid, decision in decisions.items()
        }

    def groups(self) -> Mapping[str, Group]:
        """Return the restart groups in force."""
        return self._rules().groups

    def _images_of(
        self, rules: Rules, instances: Sequence[Instance]
    ) -> Mapping[str, Properties]:
        if not rules.ask_for_images():
            return {}
        return self._images.of(i.image for i in instances if i.image)


def _remarked(decision: Decision, remark: str) -> Decision:
    because = {**decision.because, 'aggregates': remark}
    return dataclasses.replace(decision, because=because)

# SPDX-License-Identifier: Apache-2.0
"""A policy that a test writes down instance by instance."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from nova_ha.recovery import groups
from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance


class SimPolicy:
    """Satisfies :class:`nova_ha.recovery.ports.Policy`.

    :ivar decisions: by the instance's name; the default for all others.
    """

    def __init__(self) -> None:
        self.default = Decision()
        self.decisions: dict[str, Decision] = {}
        self._groups: Mapping[str, Group] = {}

    def describe(self, mapping: Mapping[str, Any]) -> None:
        """Take restart groups as a file would have them."""
        self._groups = groups.of(mapping)

    def refresh(self) -> None:
        pass

    def decide(
        self, host: str, instances: Sequence[Instance]
    ) -> Mapping[str, Decision]:
        return {
            i.uuid: self.decisions.get(i.name, self.default) for i in instances
        }

    def groups(self) -> Mapping[str, Group]:
        return self._groups

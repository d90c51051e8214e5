# SPDX-License-Identifier: Apache-2.0
"""Policies about local disks, one for all or one an instance."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass


class Disks:
    """Satisfies :class:`nova_ha.recovery.ports.Policy`.

    Whoever has no local disk is evacuated.
    """

    def __init__(
        self,
        disk: DiskPolicy,
        then: DiskPolicy | None = None,
        wait: float = 0.0,
        max_age: float | None = None,
        others: Mapping[str, DiskPolicy] | None = None,
    ) -> None:
        self._others = others or {}
        self._decision = Decision(
            storage=StorageClass.LOCAL,
            disk=disk,
            then=then,
            wait=datetime.timedelta(seconds=wait),
            max_age=(
                None
                if max_age is None
                else datetime.timedelta(seconds=max_age)
            ),
        )

    def refresh(self) -> None:
        pass

    def groups(self) -> Mapping[str, Group]:
        return {}

    def decide(
        self,
        host: str,
        instances: Sequence[Instance],
    ) -> Mapping[str, Decision]:
        return {i.uuid: self._decide(i) for i in instances}

    def _decide(self, instance: Instance) -> Decision:
        if not instance.local_gb:
            return Decision()
        disk = self._others.get(instance.name, self._decision.disk)
        return dataclasses.replace(self._decision, disk=disk)

# SPDX-License-Identifier: Apache-2.0
"""The policy where nobody has said anything: everything, at once."""

from collections.abc import Mapping
from collections.abc import Sequence

from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import Instance


class Everything:
    """Satisfies :class:`nova_ha.recovery.ports.Policy`."""

    def refresh(self) -> None:
        """There is nothing to read."""

    def decide(
        self,
        host: str,  # noqa: ARG002
        instances: Sequence[Instance],
    ) -> Mapping[str, Decision]:
        """Return the same for all."""
        return {instance.uuid: Decision() for instance in instances}

    def groups(self) -> Mapping[str, Group]:
        """Return none: nothing waits for anything."""
        return {}

# SPDX-License-Identifier: Apache-2.0
"""What would become of instances if their host failed now, and why."""

from collections.abc import Sequence

from nova_ha.recovery import explaining
from nova_ha.recovery import ports
from nova_ha.recovery.explaining import Explained


class ServerLook:
    """Decides as the engine would, by the same policy."""

    def __init__(self, compute: ports.Compute, policy: ports.Policy) -> None:
        self._compute = compute
        self._policy = policy

    def host(self, name: str) -> Sequence[Explained]:
        """Explain every instance that nova places on the host.

        :param name: nova's name of it.
        :raises ComputeNotFound: nova knows no nova-compute there.
        :raises ComputeError: nova could not be asked.
        """
        self._compute.service(name)  # says so if there is none
        instances = self._compute.instances(name)
        return explaining.explain(
            instances, self._policy.decide(name, instances)
        )

    def one(self, uuid: str) -> Explained:
        """Explain one instance.

        :raises ComputeNotFound: nova has none with this uuid.
        :raises ComputeError: nova could not be asked.
        """
        instance = self._compute.instance(uuid)
        decisions = self._policy.decide(instance.host or '', [instance])
        return explaining.explain([instance], decisions)[0]

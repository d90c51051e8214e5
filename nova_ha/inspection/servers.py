# SPDX-License-Identifier: Apache-2.0
"""What would become of instances if their host failed now, and why."""

from collections.abc import Sequence
import contextlib
import re

from nova_ha.recovery import errors
from nova_ha.recovery import explaining
from nova_ha.recovery import ports
from nova_ha.recovery.explaining import Explained
from nova_ha.recovery.model import Instance

_UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


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

    def one(self, server: str) -> Explained:
        """Explain one instance.

        :param server: its uuid or its name.
        :raises ComputeNotFound: nova has none of these.
        :raises ComputeAmbiguous: nova has several of this name.
        :raises ComputeError: nova could not be asked.
        """
        instance = self._instance(server)
        decisions = self._policy.decide(instance.host or '', [instance])
        return explaining.explain([instance], decisions)[0]

    def _instance(self, server: str) -> Instance:
        if _UUID.fullmatch(server):
            # Somebody may have named one like this.
            with contextlib.suppress(errors.ComputeNotFound):
                return self._compute.instance(server)
        found = self._compute.named(server)
        if not found:
            raise errors.ComputeNotFound(
                f'nova has no server with the uuid or name {server}: '
                '"openstack server list --all-projects" shows those there are'
            )
        if len(found) > 1:
            uuids = ', '.join(sorted(instance.uuid for instance in found))
            raise errors.ComputeAmbiguous(
                f'{len(found)} servers have the name {server}; give the uuid '
                f'of one: {uuids}'
            )
        return found[0]

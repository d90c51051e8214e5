# SPDX-License-Identifier: Apache-2.0
"""Every host as nova, Pacemaker, the hosts file and nova-ha have it."""

from collections.abc import Sequence
import dataclasses
import functools

from nova_ha.inspection import reading
from nova_ha.looks import Looks
from nova_ha.recovery import errors
from nova_ha.recovery import host_report
from nova_ha.recovery import ports
from nova_ha.recovery.host_report import HostReport


class HostLook:
    """Looks at all hosts, or at one more closely."""

    def __init__(
        self, everybody: reading.Reading, compute: ports.Compute
    ) -> None:
        self._everybody = everybody
        self._compute = compute
        self._counts: Looks[str, int] = Looks(
            'nova', errors.ComputeUnavailable
        )

    def every(self) -> Sequence[HostReport]:
        """Return the hosts of the hosts file, then those that it lacks."""
        return host_report.every(self._everybody.sources())

    def one(self, name: str) -> HostReport:
        """Return the host of this name, with the number of its instances.

        :param name: nova's or Pacemaker's.
        :raises UnknownHost: nobody knows it.
        """
        found = host_report.one(self._everybody.sources(), name)
        if found is None:
            raise errors.UnknownHost(
                'neither the hosts file nor nova nor Pacemaker knows a host '
                f'{name}'
            )
        if found.nova is None:
            return found
        count = functools.partial(self._count, found.name)
        instances = reading.see(count).value
        nova = dataclasses.replace(found.nova, instances=instances)
        return dataclasses.replace(found, nova=nova)

    def _count(self, host: str) -> int:
        return self._counts.get(host, lambda: len(self._compute.present(host)))

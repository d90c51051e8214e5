# SPDX-License-Identifier: Apache-2.0
"""Tries the power devices of a host, as a power-off would use them."""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
import time

from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.device_check import DeviceCheck
from nova_ha.recovery.device_check import HostCheck
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice

AT_ONCE = 8
"""Devices that are tried at the same time, whoever asks; each takes a short
process of its own, as a power-off does."""

TIMEOUT = 10.0
"""Seconds for each: twice what pyghmi needs to give up a silent one."""


class DeviceLook:
    """Tries devices; changes nothing.

    :param place: returns a device's address, as people read it.
    """

    def __init__(
        self,
        hosts: ports.Hosts,
        power: ports.PowerDriver,
        place: Callable[[PowerDevice], str],
    ) -> None:
        self._hosts = hosts
        self._power = power
        self._place = place
        self._pool = futures.ThreadPoolExecutor(AT_ONCE, 'device-look')

    def check(self, name: str) -> HostCheck:
        """Try login, privilege and power state of each of a host's devices.

        :param name: nova's or Pacemaker's name.
        :raises UnknownHost: the hosts file does not name it.
        """
        host = self._hosts.get(name)
        found: Sequence[DeviceCheck] = tuple(
            self._pool.map(lambda d: self._try(host, d), host.devices)
        )
        return HostCheck(
            host.name, all(one.result == 'ok' for one in found), tuple(found)
        )

    def _try(self, host: Host, device: PowerDevice) -> DeviceCheck:
        began = time.monotonic()
        found = self._power.check(host, device, Deadline.after(TIMEOUT))
        problem = found.problem.removeprefix(f'{host.name}: ')
        return DeviceCheck(
            driver=device.driver,
            address=self._place(device),
            state=found.state,
            result=problem or 'ok',
            seconds=round(time.monotonic() - began, 3),
        )

# SPDX-License-Identifier: Apache-2.0
"""All installed power drivers behind one that satisfies the port.

A driver is a :class:`~nova_ha.power.device.DeviceDriver` with the entry point
``nova_ha.power``. It is made with one
:class:`~nova_ha.power.options.Surroundings` when a host first needs it, makes
a single attempt a call, and raises the heart's ``PowerError``s. Trying again,
and one device after the other, is done here, the same for every driver
(:mod:`.retry`).
"""

from collections.abc import Iterable
from collections.abc import Mapping
import functools
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from stevedore import extension

from nova_ha.power import retry
from nova_ha.power.device import DeviceDriver
from nova_ha.power.options import Stop
from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import Clock
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

NAMESPACE = 'nova_ha.power'


class Power:
    """Hands each call to the drivers of the host's devices.

    Safe to use from several threads.

    :param stop: set when the service stops; ends the pauses between
        attempts, while an attempt under way goes on to its end.
    """

    def __init__(self, conf: cfg.ConfigOpts, clock: Clock, stop: Stop) -> None:
        self._surroundings = Surroundings(conf, clock, stop)
        self._lock = threading.Lock()
        self._broken: dict[str, str] = {}
        installed: extension.ExtensionManager[Any]
        installed = extension.ExtensionManager(
            NAMESPACE, on_load_failure_callback=self._note_broken
        )
        self._classes = {found.name: found.plugin for found in installed}
        self._drivers: dict[str, DeviceDriver] = {}

    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the schema of each installed driver, for the hosts file.

        That of a driver that cannot be loaded refuses every device.
        """
        broken = {
            name: {'not': {}, 'hint': f'the driver {name} {reason}'}
            for name, reason in self._broken.items()
        }
        return broken | {
            name: kind.SCHEMA for name, kind in self._classes.items()
        }

    def place(self, device: PowerDevice) -> str:
        """Return the address of a device, as people read it."""
        kind = self._classes.get(device.driver)
        return kind.place(device) if kind is not None else ''

    def driver(self, name: str) -> DeviceDriver:
        """Return the driver of that name, made when first asked for.

        :raises PowerUnsupported: no driver of that name is installed.
        """
        with self._lock:
            if name not in self._drivers:
                self._drivers[name] = self._make(name)
            return self._drivers[name]

    def warm(self, hosts: Iterable[Host]) -> None:
        """Make the first action on these hosts as quick as the next ones.

        :raises PowerUnsupported: no such driver is installed.
        """
        for name in {name for host in hosts for name in host.drivers}:
            warm = getattr(self.driver(name), 'warm', None)
            if warm is not None:
                warm()

    def close(self) -> None:
        """Let the drivers end what they keep running."""
        with self._lock:
            drivers, self._drivers = self._drivers, {}
        for driver in drivers.values():
            close = getattr(driver, 'close', None)
            if close is not None:
                close()

    def power_off(self, host: Host, deadline: Deadline) -> OffProof:
        """Bring about off, by any device, trying until the deadline.

        :raises PowerError: off was not verified; what each device says, with
            the number of attempts.
        """

        def attempt(device: PowerDevice, end: Deadline) -> OffProof:
            return self.driver(device.driver).power_off(host, device, end)

        attempts = retry.Attempts[OffProof](
            'power-off', host.name, deadline, self._surroundings
        )
        proof = attempts.run(
            [
                retry.Try(device.driver, functools.partial(attempt, device))
                for device in host.devices
            ]
        )
        return retry.honest(proof, attempts.failures)

    def power_on(self, host: Host, deadline: Deadline) -> None:
        """Ask for on, trying until the deadline: the mains, then the machine.

        The last device is asked first. Only the first one has to accept: when
        it does, its machine has power, whatever the others say.

        :raises PowerError: it was not accepted.
        """

        def attempt(device: PowerDevice, end: Deadline) -> None:
            self.driver(device.driver).power_on(host, device, end)

        attempts = retry.Attempts[None](
            'power-on', host.name, deadline, self._surroundings
        )
        attempts.run(
            [
                retry.Try(
                    device.driver,
                    functools.partial(attempt, device),
                    decides=device is host.devices[0],
                )
                for device in reversed(host.devices)
            ]
        )

    def power_state(self, host: Host, deadline: Deadline) -> PowerState:
        """Read the power state afresh, once: whoever watches asks again.

        The first device that answers decides. One behind it can only tell
        off: an outlet that has power tells nothing of the host.

        :raises PowerError: no device could be read.
        """
        limit = self._surroundings.conf.power.read_timeout
        deadline = retry.sooner(deadline, limit)
        told: list[tuple[str, errors.PowerError]] = []
        for position, device in enumerate(host.devices):
            waiting = len(host.devices) - position - 1
            end = retry.shared(deadline, limit, waiting)
            try:
                state = self.driver(device.driver).power_state(
                    host, device, end
                )
            except errors.PowerError as error:
                told.append((device.driver, error))
                continue
            if state is PowerState.OFF or not position:
                return state
        if len(told) < len(host.devices):
            return PowerState.UNKNOWN
        raise retry.together('reading the power state', host.name, told)

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Try login, privilege and power state without changing anything."""
        try:
            return self.driver(device.driver).check(host, device, deadline)
        except errors.PowerError as error:
            return PowerCheck(PowerState.UNKNOWN, '', str(error))

    def _make(self, name: str) -> DeviceDriver:
        kind = self._classes.get(name)
        if kind is None:
            reason = self._broken.get(name)
            why = (
                f'is installed but {reason}'
                if reason
                else 'is not installed; there are '
                + ', '.join(sorted(self._classes))
            )
            raise errors.PowerUnsupported(f'power driver {name!r} {why}')
        driver: DeviceDriver = kind(self._surroundings)
        return driver

    def _note_broken(
        self, _manager: object, entry_point: Any, error: BaseException
    ) -> None:
        self._broken[entry_point.name] = f'cannot be loaded: {error}'
        # Told as an error where a host needs it.
        LOG.info(
            'Power driver %s cannot be loaded: %s', entry_point.name, error
        )

# SPDX-License-Identifier: Apache-2.0
"""All installed power drivers behind one that satisfies the port.

A driver is a class with the entry point ``nova_ha.power``. It is made with
one :class:`~nova_ha.power.options.Surroundings` when a host first needs it,
makes a single attempt a call, and raises the heart's ``PowerError``s.
Trying again is done here, the same for every driver (:mod:`.retry`).
"""

from collections.abc import Iterable
from collections.abc import Mapping
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from stevedore import extension

from nova_ha.power import retry
from nova_ha.power.options import Stop
from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.ports import Clock
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.ports import PowerDriver
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

NAMESPACE = 'nova_ha.power'


class Power:
    """Hands each call to the driver of its host.

    Safe to use from several threads.

    :param stop: set when the service stops; ends the pauses between
        attempts, while an attempt under way goes on to its end.
    """

    SCHEMA: Mapping[str, Any] = {}

    def __init__(self, conf: cfg.ConfigOpts, clock: Clock, stop: Stop) -> None:
        self._surroundings = Surroundings(conf, clock, stop)
        self._lock = threading.Lock()
        self._broken: dict[str, str] = {}
        installed: extension.ExtensionManager[Any]
        installed = extension.ExtensionManager(
            NAMESPACE, on_load_failure_callback=self._note_broken
        )
        self._classes = {found.name: found.plugin for found in installed}
        self._drivers: dict[str, PowerDriver] = {}

    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the schema of each installed driver, for the hosts file."""
        return {name: kind.SCHEMA for name, kind in self._classes.items()}

    def driver(self, name: str) -> PowerDriver:
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
        for name in {host.driver for host in hosts}:
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
        """Bring about off, trying again until the deadline.

        :raises PowerError: off was not verified; the error of the attempt
            that tells most, with the number of attempts.
        """
        driver = self.driver(host.driver)
        attempts = retry.Attempts(
            f'power-off of {host.name}', deadline, self._surroundings
        )
        proof = attempts.run(lambda end: driver.power_off(host, end))
        return retry.honest(proof, attempts.failures)

    def power_on(self, host: Host, deadline: Deadline) -> None:
        """Ask for on, trying again until the deadline.

        :raises PowerError: it was not accepted.
        """
        driver = self.driver(host.driver)
        attempts = retry.Attempts(
            f'power-on of {host.name}', deadline, self._surroundings
        )
        attempts.run(lambda end: driver.power_on(host, end))

    def power_state(self, host: Host, deadline: Deadline) -> PowerState:
        """Read the power state afresh, once: whoever watches asks again.

        :raises PowerError: it could not be read.
        """
        limit = self._surroundings.conf.power.read_timeout
        return self.driver(host.driver).power_state(
            host, retry.sooner(deadline, limit)
        )

    def check(self, host: Host, deadline: Deadline) -> PowerCheck:
        """Try login, privilege and power state without changing anything."""
        try:
            return self.driver(host.driver).check(host, deadline)
        except errors.PowerError as error:
            return PowerCheck(PowerState.UNKNOWN, '', str(error))

    def _make(self, name: str) -> PowerDriver:
        kind = self._classes.get(name)
        if kind is None:
            reason = self._broken.get(name)
            why = (
                f'is installed but cannot be loaded: {reason}'
                if reason
                else 'is not installed; there are '
                + ', '.join(sorted(self._classes))
            )
            raise errors.PowerUnsupported(f'power driver {name!r} {why}')
        driver: PowerDriver = kind(self._surroundings)
        return driver

    def _note_broken(
        self, _manager: object, entry_point: Any, error: BaseException
    ) -> None:
        self._broken[entry_point.name] = str(error)
        LOG.error(
            'Power driver %s cannot be loaded: %s', entry_point.name, error
        )

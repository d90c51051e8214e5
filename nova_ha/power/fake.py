# SPDX-License-Identifier: Apache-2.0
"""A power switch without a machine, for tests and DevStack.

Never for production: it says off while the host runs on, and its instances
would then run twice.
"""

from collections.abc import Mapping
import pathlib
import threading
from typing import Any

from oslo_log import log as logging

from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

METHOD = 'fake'
_FAILURES: Mapping[str, type[errors.PowerError]] = {
    'unreachable': errors.PowerUnreachable,
    'auth': errors.PowerAuthError,
    'device': errors.PowerDeviceError,
}


class FakeDriver:
    """Keeps the power state of each host in a file or in this process."""

    SCHEMA: Mapping[str, Any] = {
        'type': 'object',
        'additionalProperties': False,
        'properties': {
            # Holds "on" or "off"; in this process only, if not given.
            'state_file': {'type': 'string', 'minLength': 1},
            # Seconds every action takes.
            'delay': {'type': 'number', 'minimum': 0, 'default': 0},
            # Every action fails like this.
            'fail': {'type': 'string', 'enum': sorted(_FAILURES)},
            # Off is accepted, but the host stays on.
            'stuck': {'type': 'boolean', 'default': False},
        },
    }

    @staticmethod
    def place(device: PowerDevice) -> str:
        """Return the file with the state, if there is one."""
        return str(device.parameters.get('state_file', ''))

    def __init__(self, surroundings: Surroundings) -> None:
        self._clock = surroundings.clock
        self._stop = surroundings.stop
        self._lock = threading.Lock()
        self._states: dict[str, PowerState] = {}
        LOG.warning(
            'Power driver fake is in use: it switches nothing off. Never '
            'use it where hosts are real.'
        )

    def power_off(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> OffProof:
        """Say that the host is off.

        :raises PowerError: as the parameters ``fail`` and ``stuck`` want.
        """
        self._act(host, device, deadline)
        was_running = self._read(host, device) is not PowerState.OFF
        if was_running and device.parameters.get('stuck'):
            raise errors.PowerStuck(f'{host.name}: told to stay on')
        self._write(host, device, PowerState.OFF)
        return OffProof(
            host=host.name,
            method=METHOD,
            witness='nobody: the driver fake only says so',
            verified_at=self._clock.now(),
            was_running=was_running,
        )

    def power_on(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> None:
        """Say that the host is on.

        :raises PowerError: as the parameter ``fail`` wants.
        """
        self._act(host, device, deadline)
        self._write(host, device, PowerState.ON)

    def power_state(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerState:
        """Return what was last said, on at first.

        :raises PowerError: as the parameter ``fail`` wants.
        """
        self._act(host, device, deadline)
        return self._read(host, device)

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Return the state; there is no login and no privilege.

        :raises PowerError: as the parameter ``fail`` wants.
        """
        return PowerCheck(
            self.power_state(host, device, deadline), privilege=''
        )

    def _act(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> None:
        delay = float(device.parameters.get('delay', 0))
        if delay:
            self._stop.wait(min(delay, deadline.remaining()))
        if delay and deadline.expired:
            raise errors.PowerUnreachable(f'{host.name}: no answer in time')
        kind = device.parameters.get('fail')
        if kind is not None:
            raise _FAILURES[kind](f'{host.name}: told to fail ({kind})')

    def _read(self, host: Host, device: PowerDevice) -> PowerState:
        path = device.parameters.get('state_file')
        if path is None:
            with self._lock:
                return self._states.get(host.name, PowerState.ON)
        try:
            return PowerState(pathlib.Path(path).read_text().strip())
        except FileNotFoundError:
            return PowerState.ON
        except (OSError, ValueError) as error:
            raise errors.PowerDeviceError(
                f'{host.name}: {path} does not say on or off: {error}'
            ) from None

    def _write(
        self, host: Host, device: PowerDevice, state: PowerState
    ) -> None:
        path = device.parameters.get('state_file')
        if path is None:
            with self._lock:
                self._states[host.name] = state
            return
        try:
            pathlib.Path(path).write_text(f'{state.value}\n')
        except OSError as error:
            raise errors.PowerDeviceError(
                f'{host.name}: cannot write {path}: {error.strerror}'
            ) from None

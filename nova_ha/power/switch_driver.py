# SPDX-License-Identifier: Apache-2.0
"""What the drivers have in common whose devices are read and switched.

What happens with the device is in :mod:`.switching`; here is what it means
for the host.
"""

import abc
from collections.abc import Mapping
import datetime
from typing import Any

from oslo_log import log as logging

from nova_ha.power import workers
from nova_ha.power.messages import Subject
from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

#: Seconds between the end an action keeps by itself, the one it is held to
#: by us, and the one it is held to by the kernel should we be gone. The words
#: of an action that ends by itself say more than that it was killed.
MARGIN = 1.0
MARGIN_SHARE = 0.2

Result = dict[str, Any]


class SwitchDriver(abc.ABC):
    """Switches hosts through devices that can be read.

    :cvar METHOD: the driver's name, for the proofs.
    """

    METHOD: str

    def __init__(self, surroundings: Surroundings) -> None:
        self._conf = surroundings.conf
        self._clock = surroundings.clock

    @abc.abstractmethod
    def _run(self, request: dict[str, Any], deadline: Deadline) -> Result:
        """Do the request.

        :raises WorkerError: there was no result by the deadline.
        """

    @abc.abstractmethod
    def _subject(self, host: Host, device: PowerDevice) -> Subject:
        """Return what errors and proofs are to call the device."""

    def power_off(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> OffProof:
        """Switch the host off and see it off by a fresh read.

        :raises PowerError: it was not seen off.
        """
        result = self._do('off', host, device, deadline)
        subject = self._subject(host, device)
        # Without these, whatever the action says is no proof.
        if result.get('on') is not False or 'age' not in result:
            raise errors.PowerDeviceError(subject.unintelligible(result))
        age = datetime.timedelta(seconds=float(result['age']))
        return OffProof(
            host=host.name,
            method=self.METHOD,
            witness=f'{subject.device} reads power off',
            verified_at=self._clock.now() - age,
            was_running=bool(result.get('was_running')),
        )

    def power_on(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> None:
        """Have the device accept the power-on.

        :raises PowerError: it did not.
        """
        result = self._do('on', host, device, deadline)
        if not result.get('on'):
            LOG.info(
                '%s: %s has accepted the power-on; it is not on yet',
                host.name,
                self._subject(host, device).device,
            )

    def power_state(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerState:
        """Read the power state.

        :raises PowerError: it could not be read.
        """
        return _state(self._do('state', host, device, deadline))

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Log in and read the power state.

        :raises PowerError: one of them failed.
        """
        result = self._do('state', host, device, deadline)
        return PowerCheck(_state(result), str(result.get('privilege', '')))

    def _do(
        self, action: str, host: Host, device: PowerDevice, deadline: Deadline
    ) -> Result:
        """Run one action; only its success returns.

        :raises PowerError: it failed, in words for people.
        """
        seconds = deadline.remaining()
        request = {
            'action': action,
            'login': dict(device.parameters),
            'poll_interval': self._conf.power.poll_interval,
            'seconds': seconds - min(MARGIN, seconds * MARGIN_SHARE),
            'kill_after': seconds + MARGIN,
        }
        subject = self._subject(host, device)
        try:
            result = self._run(request, deadline)
        except workers.WorkerError as error:
            raise errors.PowerUnreachable(
                subject.no_result(str(error))
            ) from None
        if 'failure' in result:
            raise subject.error(result)
        return result


def _state(result: Mapping[str, Any]) -> PowerState:
    states = {True: PowerState.ON, False: PowerState.OFF}
    return states.get(result.get('on', None), PowerState.UNKNOWN)


class WorkerDriver(SwitchDriver):
    """A driver whose every action has a process of its own.

    :cvar MODULE: what the process runs.
    """

    MODULE: str

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings)
        self._workers = workers.Workers(self.MODULE)

    def warm(self) -> None:
        """Make the first action as quick as the following ones."""
        self._workers.warm()

    def close(self) -> None:
        """End what is kept running between actions."""
        self._workers.close()

    def _run(self, request: dict[str, Any], deadline: Deadline) -> Result:
        return self._workers.run(request, deadline)

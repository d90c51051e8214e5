# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: ARG002, ARG004 - the port's signature, of which little is needed here
"""The host is switched off by somebody else, who has verified it.

For hosts whose power is in the hands of another device of the same fencing
level in Pacemaker. Pacemaker calls the devices of a level in turn and goes
on only when one has succeeded, so by the time we are asked, the host is
off. Put this driver's host behind such a device, never alone.
"""

from collections.abc import Mapping
from typing import Any

from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

METHOD = 'external'


class ExternalDriver:
    """Takes the earlier device's word; knows nothing by itself."""

    SCHEMA: Mapping[str, Any] = {
        'type': 'object',
        'additionalProperties': False,
        'properties': {},
        # With another device of ours, who would have verified what?
        'alone': True,
    }

    @staticmethod
    def place(device: PowerDevice) -> str:
        """Return nothing: there is no device that we know."""
        return ''

    def __init__(self, surroundings: Surroundings) -> None:
        self._clock = surroundings.clock

    def power_off(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> OffProof:
        """Return a proof that names the earlier device as its witness."""
        return OffProof(
            host=host.name,
            method=METHOD,
            witness=(
                f'an earlier fencing device of {host.node}, which Pacemaker '
                'asks first; nova-ha has not looked itself'
            ),
            verified_at=self._clock.now(),
        )

    def power_on(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> None:
        """Refuse: whoever switched it off switches it on.

        :raises PowerUnsupported: always.
        """
        raise errors.PowerUnsupported(
            f'{host.name}: the driver external cannot switch power on; let '
            'the device that switched it off do it, or do it by hand'
        )

    def power_state(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerState:
        """Return unknown: there is no BMC to ask."""
        return PowerState.UNKNOWN

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Return that nothing can be checked, which is no problem."""
        return PowerCheck(PowerState.UNKNOWN, privilege='')

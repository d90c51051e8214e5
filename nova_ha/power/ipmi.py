# SPDX-License-Identifier: Apache-2.0
"""IPMI 2.0 over LAN by pyghmi: one attempt a call.

What happens with the BMC is in :mod:`.ipmi_worker`, a process of its own for
each call; here is what it means for the host.
"""

from collections.abc import Mapping
import datetime
from typing import Any

from oslo_log import log as logging

from nova_ha.power import ipmi_messages
from nova_ha.power import workers
from nova_ha.power.options import Surroundings
from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

METHOD = 'ipmi'
#: Seconds between the end a worker keeps by itself, the one it is held to by
#: us, and the one it is held to by the kernel should we be gone. The words of
#: a worker that ends by itself say more than that it was killed.
MARGIN = 1.0
MARGIN_SHARE = 0.2


class IpmiDriver:
    """Switches hosts through their BMCs."""

    SCHEMA: Mapping[str, Any] = {
        'type': 'object',
        'additionalProperties': False,
        'required': ['address', 'user', 'password'],
        'properties': {
            # A name or an IPv4 or IPv6 address.
            'address': {'type': 'string', 'pattern': r'^[^\s/\[\]]+$'},
            'port': {
                'type': 'integer',
                'minimum': 1,
                'maximum': 65535,
                'default': 623,
            },
            # IPMI 2.0 has room for 16 and 20 bytes.
            'user': {'type': 'string', 'minLength': 1, 'maxLength': 16},
            'password': {
                'type': 'string',
                'minLength': 1,
                'maxLength': 20,
                'secret': True,
            },
            # The BMC's own key, where it wants one beside the password.
            'kg': {
                'type': 'string',
                'minLength': 1,
                'maxLength': 20,
                'secret': True,
            },
            # Without it: administrator or, if that is refused, operator.
            'privilege': {
                'type': 'string',
                'enum': ['administrator', 'operator'],
            },
        },
    }

    def __init__(self, surroundings: Surroundings) -> None:
        self._conf = surroundings.conf
        self._clock = surroundings.clock
        self._workers = workers.Workers()

    def warm(self) -> None:
        """Make the first action as quick as the following ones."""
        self._workers.warm()

    def close(self) -> None:
        """End what is kept running between actions."""
        self._workers.close()

    def power_off(self, host: Host, deadline: Deadline) -> OffProof:
        """Switch the host off and see it off by a fresh read.

        :raises PowerError: it was not seen off.
        """
        result = self._do('off', host, deadline)
        # Without these, whatever the worker says is no proof.
        if result.get('on') is not False or 'age' not in result:
            raise errors.PowerDeviceError(
                ipmi_messages.unintelligible(host, result)
            )
        age = datetime.timedelta(seconds=float(result['age']))
        return OffProof(
            host=host.name,
            method=METHOD,
            witness=f'BMC {ipmi_messages.place(host)} reads power off',
            verified_at=self._clock.now() - age,
            was_running=bool(result.get('was_running')),
        )

    def power_on(self, host: Host, deadline: Deadline) -> None:
        """Have the BMC accept the power-on.

        :raises PowerError: it did not.
        """
        result = self._do('on', host, deadline)
        if not result.get('on'):
            LOG.info(
                '%s: its BMC has accepted the power-on; it is not on yet',
                host.name,
            )

    def power_state(self, host: Host, deadline: Deadline) -> PowerState:
        """Read the power state.

        :raises PowerError: it could not be read.
        """
        return _state(self._do('state', host, deadline))

    def check(self, host: Host, deadline: Deadline) -> PowerCheck:
        """Log in and read the power state.

        :raises PowerError: one of them failed.
        """
        result = self._do('state', host, deadline)
        return PowerCheck(_state(result), str(result.get('privilege', '')))

    def _do(
        self, action: str, host: Host, deadline: Deadline
    ) -> dict[str, Any]:
        """Run one action; only its success returns.

        :raises PowerError: it failed, in words for people.
        """
        seconds = deadline.remaining()
        request = {
            'action': action,
            'login': dict(host.power),
            'poll_interval': self._conf.power.poll_interval,
            'seconds': seconds - min(MARGIN, seconds * MARGIN_SHARE),
            'kill_after': seconds + MARGIN,
        }
        try:
            result = self._workers.run(request, deadline)
        except workers.WorkerError as error:
            raise errors.PowerUnreachable(
                ipmi_messages.no_result(host, str(error))
            ) from None
        if 'failure' in result:
            raise ipmi_messages.error(host, result)
        return result


def _state(result: Mapping[str, Any]) -> PowerState:
    states = {True: PowerState.ON, False: PowerState.OFF}
    return states.get(result.get('on', None), PowerState.UNKNOWN)

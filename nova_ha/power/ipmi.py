# SPDX-License-Identifier: Apache-2.0
"""IPMI 2.0 over LAN by pyghmi: one attempt a call.

What happens with the BMC is in :mod:`.ipmi_session`, in a process of its own
for each call.
"""

from collections.abc import Mapping
from typing import Any

from nova_ha.power import messages
from nova_ha.power import switch_driver
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice


class IpmiDriver(switch_driver.WorkerDriver):
    """Switches hosts through their BMCs."""

    METHOD = 'ipmi'
    MODULE = 'nova_ha.power.ipmi_worker'
    SCHEMA: Mapping[str, Any] = {
        'type': 'object',
        'additionalProperties': False,
        'identity': [['address'], ['port']],
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

    @staticmethod
    def place(device: PowerDevice) -> str:
        """Return address and port of the BMC."""
        return messages.address(device.parameters)

    def _subject(self, host: Host, device: PowerDevice) -> messages.Subject:
        return messages.Subject(
            host.name,
            f'BMC {self.place(device)}',
            str(device.parameters['user']),
        )

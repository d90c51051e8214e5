# SPDX-License-Identifier: Apache-2.0
"""Redfish by sushy: one attempt a call.

What happens with the BMC is in :mod:`.redfish_session`, in a process of its
own for each call, which alone imports sushy.
"""

from collections.abc import Mapping
import importlib.util
from typing import Any

from nova_ha.power import messages
from nova_ha.power import switch_driver
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice

if importlib.util.find_spec('sushy') is None:
    # Told where a host needs it, not when it comes to fencing.
    raise ImportError('sushy is not there; install nova-ha[redfish]')


class RedfishDriver(switch_driver.WorkerDriver):
    """Switches hosts through their BMCs."""

    METHOD = 'redfish'
    MODULE = 'nova_ha.power.redfish_worker'
    SCHEMA: Mapping[str, Any] = {
        'type': 'object',
        'additionalProperties': False,
        'identity': [['address'], ['port'], ['system_id']],
        'required': ['address', 'user', 'password'],
        'properties': {
            # A name or an IPv4 or IPv6 address.
            'address': {'type': 'string', 'pattern': r'^[^\s/\[\]]+$'},
            'port': {
                'type': 'integer',
                'minimum': 1,
                'maximum': 65535,
                'default': 443,
            },
            'user': {'type': 'string', 'minLength': 1},
            'password': {'type': 'string', 'minLength': 1, 'secret': True},
            # Without it: the only one that the service has.
            'system_id': {
                'type': 'string',
                'pattern': r'^/\S+$',
                'hint': 'must be a path such as /redfish/v1/Systems/1',
            },
            # http sends the password as it is: for a lab.
            'scheme': {
                'type': 'string',
                'enum': ['https', 'http'],
                'default': 'https',
            },
            # A path: the authorities, or a directory of them.
            'verify_ca': {
                'type': ['boolean', 'string'],
                'pattern': r'^/',
                'default': True,
                'hint': (
                    'must be true, false or the full path of a file with the '
                    'certificates of authorities'
                ),
            },
            'auth': {
                'type': 'string',
                'enum': ['basic', 'session'],
                'default': 'basic',
            },
        },
    }

    @staticmethod
    def place(device: PowerDevice) -> str:
        """Return address, port and, where it is given, the system."""
        system = str(device.parameters.get('system_id', ''))
        return f'{messages.address(device.parameters)}{system}'

    def _subject(self, host: Host, device: PowerDevice) -> messages.Subject:
        return messages.Subject(
            host.name,
            f'BMC {self.place(device)}',
            str(device.parameters['user']),
        )

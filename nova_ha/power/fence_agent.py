# SPDX-License-Identifier: Apache-2.0
"""Any fence agent of ClusterLabs: one attempt a call.

The agent's name and parameters come from the hosts file. What its words mean
is in :mod:`.agent_words`, how it is run in :mod:`.agent_process`.
"""

from collections.abc import Mapping
import pathlib
import shutil
from typing import Any

from nova_ha.power import agent_process
from nova_ha.power import agent_words
from nova_ha.power import switch_driver
from nova_ha.power import switching
from nova_ha.power.agent_session import Agent
from nova_ha.power.messages import Subject
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck

#: What a line of an agent's input can hold.
_ONE_LINE = r'^[^\n\r\x00]*$'
_OURS = {'not': {}, 'hint': 'is given by nova-ha itself; remove it'}


class FenceAgentDriver(switch_driver.SwitchDriver):
    """Switches hosts through a program of the fence-agents project."""

    METHOD = 'fence_agent'
    SCHEMA: Mapping[str, Any] = {
        'type': 'object',
        'required': ['agent'],
        # One BMC, or one outlet of one device.
        'identity': [
            ['ip', 'ipaddr'],
            ['ipport'],
            ['plug', 'port'],
            ['systems_uri', 'systems-uri'],
        ],
        'properties': {
            # A name, looked for where agents are, or a full path. Our own
            # agent would ask us.
            'agent': {
                'type': 'string',
                'pattern': r'^(/\S*/)?(?!fence_nova_ha$)[\w.-]+$',
                'hint': (
                    'must be the name or the full path of a fence agent '
                    'other than nova-ha\'s own, for example fence_ipmilan'
                ),
            },
            'action': _OURS,
            'option': _OURS,
            # An outlet that YAML reads as a number may become another one:
            # 010 is eight.
            'plug': {'type': 'string', 'pattern': _ONE_LINE},
            'port': {'type': 'string', 'pattern': _ONE_LINE},
            **{
                name: {
                    'type': 'string',
                    'minLength': 1,
                    'pattern': _ONE_LINE,
                    'secret': True,
                }
                for name in agent_words.SECRETS
            },
        },
        'patternProperties': {
            r'[^A-Za-z0-9_-]': {
                'not': {},
                'hint': 'cannot be the name of an agent\'s parameter',
            },
        },
        # Whatever the agent knows. Never shown: it may be a secret that is
        # not known as one.
        'additionalProperties': {
            'type': ['string', 'integer', 'boolean'],
            'pattern': _ONE_LINE,
            'secret': True,
        },
    }

    @staticmethod
    def place(device: PowerDevice) -> str:
        """Return the agent, its device's address and the outlet."""
        given = device.parameters
        place = pathlib.PurePath(str(given['agent'])).name
        address = given.get('ip', given.get('ipaddr'))
        if address is not None:
            place += f' {address}'
            place += f':{given["ipport"]}' if 'ipport' in given else ''
        plug = given.get('plug', given.get('port'))
        return place if plug is None else f'{place} plug {plug}'

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        """Read the state, and see whether the agent knows its parameters.

        :raises PowerError: it could not be read.
        """
        result = self._do('state', host, device, deadline)
        state = switch_driver.state_of(result)
        unknown = ', '.join(result.get('ignored', ()))
        if not unknown:
            return PowerCheck(state, '')
        return PowerCheck(
            state,
            '',
            f'{host.name}: {self.place(device)} does not know {unknown}, and '
            f'goes on without; "{device.parameters["agent"]} -o metadata" '
            'shows what it knows',
        )

    def _run(
        self, request: dict[str, Any], deadline: Deadline
    ) -> switch_driver.Result:
        # The agent's process group is killed at the request's own end.
        del deadline
        name = str(request['login'].pop('agent'))
        path = shutil.which(name, path=agent_process.PATH)
        if path is None:
            return {'failure': 'absent', 'text': agent_process.PATH}
        agents: list[Agent] = []

        def login(parameters: dict[str, Any], end: float) -> Agent:
            agents.append(Agent(name, path, parameters, end))
            return agents[0]

        result = switching.perform(login, request)
        return result | {
            'ignored': [name for one in agents for name in one.ignored]
        }

    def _subject(self, host: Host, device: PowerDevice) -> Subject:
        given = device.parameters
        user = given.get('username', given.get('login', ''))
        return Subject(host.name, self.place(device), str(user))

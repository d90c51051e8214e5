# SPDX-License-Identifier: Apache-2.0
"""A fence agent as something that can be read and switched.

Off counts when the agent's ``status`` exits with 2 **and** says OFF: 2 is
also what shells and interpreters end with when they cannot run a program.
"""

from collections.abc import Mapping
import re
import time
from typing import Any

from nova_ha.power import agent_process
from nova_ha.power import agent_words
from nova_ha.power.agent_process import Ended
from nova_ha.power.switching import Failure

ON = 0
OFF = 2
#: Share of the time that is left which an off or on may take: the rest is for
#: seeing what came of it.
SWITCH_SHARE = 0.75
#: Agents that call ipmitool. All they say of a failed login is that there is
#: no status; verbose, they tell why, and hide the password. Others may tell
#: it to syslog when they are verbose, so they are left alone.
IPMITOOL = (
    'fence_idrac',
    'fence_ilo3',
    'fence_ilo4',
    'fence_ilo5',
    'fence_imm',
    'fence_ipmilan',
    'fence_ipmilanplus',
)
_VERBOSE = {'verbose_level': 2}
_SAYS_OFF = re.compile(r'\boff\b', re.IGNORECASE)


class Agent:
    """Satisfies :class:`~nova_ha.power.switching.Bmc`.

    :param path: of the agent.
    :param end: monotonic time at which it must be over.
    """

    #: Agents do not tell it.
    privilege = ''

    def __init__(
        self,
        name: str,
        path: str,
        parameters: Mapping[str, Any],
        end: float,
    ) -> None:
        self._name = name
        self._path = path
        self._parameters = parameters
        self._end = end
        #: Parameters that it does not know.
        self.ignored: list[str] = []

    def is_on(self) -> bool:
        """Have the agent read the state, now.

        :raises Failure: it did not tell.
        """
        ended = self._run('status', self._end)
        self.ignored = agent_words.ignored(ended.err)
        if ended.code == ON:
            return True
        if ended.code == OFF and _SAYS_OFF.search(ended.out):
            return False
        raise self._failure(ended)

    def power_down(self) -> None:
        """Have the agent switch off.

        :raises Failure: it did not say that it has.
        """
        self._switch('off')

    def power_up(self) -> None:
        """Have the agent switch on.

        :raises Failure: it did not say that it has.
        """
        self._switch('on')

    def close(self) -> None:
        """Nothing is left open between two runs."""

    def _switch(self, action: str) -> None:
        left = self._end - time.monotonic()
        ended = self._run(action, time.monotonic() + left * SWITCH_SHARE)
        if ended.code is None:
            raise Failure(
                'unfinished',
                f'its {action} had not ended after {ended.seconds:.1f} s and '
                'was ended',
            )
        if ended.code != 0:
            raise self._failure(ended)

    def _run(self, action: str, end: float, **more: Any) -> Ended:
        given = agent_words.lines(action, {**self._parameters, **more})
        try:
            return agent_process.run(self._path, given, end)
        except OSError as error:
            raise Failure(
                'device', f'it cannot be run: {error.strerror}'
            ) from None

    def _failure(self, ended: Ended) -> Failure:
        if ended.code is None:
            return Failure(
                'silent',
                f'the agent had not ended after {ended.seconds:.1f} s and '
                'was ended',
            )
        words = self._words(ended)
        kind = agent_words.kind(words)
        if kind == 'device' and self._may_be_verbose():
            more = self._run('status', self._end, **_VERBOSE)
            told = agent_words.summary(
                '', more.err, self._parameters, details=True
            )
            if more.code != ON and agent_words.kind(told) != 'device':
                return Failure(agent_words.kind(told), _reason(told))
        return Failure(kind, f'{words} (exit status {ended.code})')

    def _words(self, ended: Ended) -> str:
        return agent_words.summary(ended.out, ended.err, self._parameters)

    def _may_be_verbose(self) -> bool:
        # ipmitool's kg is not hidden in what the agents tell.
        return self._name in IPMITOOL and not any(
            'kg' in name for name in self._parameters
        )


def _reason(told: str) -> str:
    """Return the part of a verbose agent's words that tells why."""
    parts = told.split('; ')
    for part in parts:
        if agent_words.kind(part) not in {'device', 'silent'}:
            return part
    return next(
        (part for part in parts if agent_words.kind(part) == 'silent'), told
    )

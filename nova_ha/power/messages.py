# SPDX-License-Identifier: Apache-2.0
"""What a power device did, in words: which host, which device, what to do.

The words are the same for every driver whose actions end in a
:class:`~nova_ha.power.switching.Failure`.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Any

from nova_ha.recovery import errors

#: Characters of a device's words that are worth a place in an error.
SHOWN = 500

_Kind = tuple[type[errors.PowerError], Callable[[str, str], str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """Whom the words are about.

    :ivar host: nova's name of the host.
    :ivar device: for example ``BMC 192.0.2.11:623``.
    :ivar user: who logs in there; empty where nobody does.
    """

    host: str
    device: str
    user: str = ''

    def error(self, result: Mapping[str, Any]) -> errors.PowerError:
        """Return the error for a result that tells a failure."""
        kind, words = _KINDS.get(str(result['failure']), _KINDS['device'])
        user = f'user {self.user!r}' if self.user else 'the user'
        text = _printable(str(result.get('text', '')))
        return kind(self._about(words(user, text)))

    def no_result(self, text: str) -> str:
        """Say that the action came to no end of its own."""
        return self._about(
            f': {text}; is it overloaded, or its network lossy?'
        )

    def unintelligible(self, result: Mapping[str, Any]) -> str:
        """Say that a result makes no sense; a fault of nova-ha's."""
        return self._about(f': unusable result {dict(result)}; report this')

    def _about(self, text: str) -> str:
        return f'{self.host}: {self.device}{text}'


def _printable(text: str) -> str:
    """Return a device's words as they may go to a log: short, one line."""
    line = ''.join(char if char.isprintable() else '?' for char in text)
    return line if len(line) <= SHOWN else f'{line[:SHOWN]}...'


def address(parameters: Mapping[str, Any]) -> str:
    """Return address and port of a device."""
    name = str(parameters['address'])
    if ':' in name:
        name = f'[{name}]'
    return f'{name}:{parameters["port"]}'


_KINDS: Mapping[str, _Kind] = {
    'absent': (
        errors.PowerUnsupported,
        lambda _user, text: (
            f': there is no such fence agent in {text}; install it (Debian: '
            'fence-agents) or correct its name in the hosts file'
        ),
    ),
    'silent': (
        errors.PowerUnreachable,
        lambda _user, text: (
            f' does not answer: {text}; check that it has power and network '
            'and that address and port are right'
        ),
    ),
    'user': (
        errors.PowerAuthError,
        lambda user, text: (
            f' refuses {user}: {text}; correct the user in the hosts file or '
            'create it in the BMC'
        ),
    ),
    'password': (
        errors.PowerAuthError,
        lambda user, _text: (
            f' refuses the password of {user}; correct it in the hosts file '
            'or in the BMC'
        ),
    ),
    'login': (
        errors.PowerAuthError,
        lambda user, text: (
            f' refuses {user} with this password: {text}; correct them in '
            'the hosts file or in the device'
        ),
    ),
    'kg': (
        errors.PowerAuthError,
        lambda _user, text: (
            f' refuses the key: {text}; set kg in the hosts file to the '
            'BMC\'s key, or remove it if the BMC has none'
        ),
    ),
    'privilege': (
        errors.PowerAuthError,
        lambda user, text: (
            f' does not give {user} enough privilege: {text}; switching '
            'power needs operator, which the user must have in the BMC'
        ),
    ),
    'certificate': (
        errors.PowerDeviceError,
        lambda _user, text: (
            f' cannot be trusted: {text}; set verify_ca in the hosts file to '
            'the authority that signed its certificate'
        ),
    ),
    'system': (
        errors.PowerDeviceError,
        lambda _user, text: (
            f' does not have the system: {text}; set system_id in the hosts '
            'file to one that it has'
        ),
    ),
    'device': (
        errors.PowerDeviceError,
        lambda _user, text: (
            f' answers with an error: {text}; look into its log, and reset '
            'it if this stays'
        ),
    ),
    'stuck': (
        errors.PowerStuck,
        lambda _user, text: (
            f' accepted the power-off, but {text} s later the host is still '
            'on; switch it off by hand, then confirm that it is off'
        ),
    ),
    'unfinished': (
        errors.PowerStuck,
        lambda _user, text: (
            f' has not switched the host off: {text}; it is still on; switch '
            'it off by hand, then confirm that it is off'
        ),
    ),
}

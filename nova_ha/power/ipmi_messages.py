# SPDX-License-Identifier: Apache-2.0
"""What a BMC did, in words: which host, which BMC, what to do."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from nova_ha.recovery import errors
from nova_ha.recovery.model import Host

_Kind = tuple[type[errors.PowerError], Callable[[str, str], str]]


def place(host: Host) -> str:
    """Return address and port of the host's BMC."""
    address = str(host.power['address'])
    if ':' in address:
        address = f'[{address}]'
    return f'{address}:{host.power["port"]}'


def error(host: Host, result: Mapping[str, Any]) -> errors.PowerError:
    """Return the error for a worker's result that tells a failure."""
    kind, words = _KINDS.get(str(result['failure']), _KINDS['device'])
    user = repr(str(host.power['user']))
    return kind(_about(host, words(user, str(result.get('text', '')))))


def no_result(host: Host, text: str) -> str:
    """Say that the action came to no end of its own."""
    return _about(host, f': {text}; is it overloaded, or its network lossy?')


def unintelligible(host: Host, result: Mapping[str, Any]) -> str:
    """Say that a result makes no sense; a fault of nova-ha's."""
    return _about(host, f': unusable result {dict(result)}; report this')


def _about(host: Host, text: str) -> str:
    return f'{host.name}: BMC {place(host)}{text}'


_KINDS: Mapping[str, _Kind] = {
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
            f' refuses user {user}: {text}; correct the user in the hosts '
            'file or create it in the BMC'
        ),
    ),
    'password': (
        errors.PowerAuthError,
        lambda user, _text: (
            f' refuses the password of user {user}; correct it in the hosts '
            'file or in the BMC'
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
            f' does not give user {user} enough privilege: {text}; switching '
            'power needs operator, which the user must have in the BMC'
        ),
    ),
    'device': (
        errors.PowerDeviceError,
        lambda _user, text: (
            f' answers with an error: {text}; look into its log, and reset '
            'the BMC if this stays'
        ),
    ),
    'stuck': (
        errors.PowerStuck,
        lambda _user, text: (
            f' accepted the power-off, but {text} s later the host is still '
            'on; switch it off by hand, then confirm that it is off'
        ),
    ),
}

# SPDX-License-Identifier: Apache-2.0
"""Times as Pacemaker writes them."""

import re

_UNITS = {
    '': 1.0,
    's': 1.0,
    'sec': 1.0,
    'ms': 0.001,
    'msec': 0.001,
    'us': 0.000001,
    'usec': 0.000001,
    'm': 60.0,
    'min': 60.0,
    'h': 3600.0,
    'hr': 3600.0,
}
_SIMPLE = re.compile(r'\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*', re.IGNORECASE)
_ISO = re.compile(r'PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?')


def seconds(text: str | None, default: float = 0.0) -> float:
    """Return a time in seconds.

    :param default: for one that is not given or cannot be read.
    """
    if text is None:
        return default
    simple = _SIMPLE.fullmatch(text)
    if simple and simple[2].lower() in _UNITS:
        return float(simple[1]) * _UNITS[simple[2].lower()]
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()):
        hours, minutes, rest = (int(part or 0) for part in iso.groups())
        return hours * 3600.0 + minutes * 60.0 + rest
    return default


def shown(value: float) -> str:
    """Return seconds as people read them."""
    return f'{value:g} s'


def is_true(text: str | None) -> bool:
    """Tell whether Pacemaker takes this for a yes."""
    return (text or '').lower() in ('true', 'on', 'yes', 'y', '1')


def is_false(text: str | None) -> bool:
    """Tell whether Pacemaker takes this for a no."""
    return (text or '').lower() in ('false', 'off', 'no', 'n', '0')

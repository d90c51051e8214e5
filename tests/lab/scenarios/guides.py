# SPDX-License-Identifier: Apache-2.0
"""The command lines that the administrator's guides show.

A line is *shown* in a block of its own, to be typed as it stands; one in the
text is *named*, and may lack its arguments.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import re
import textwrap

from tests.lab.config import PROJECT

DIRECTORY = PROJECT / 'doc' / 'source' / 'admin'
PAGES = (
    'rules',
    'server-states',
    'restart-order',
    'local-disks',
    'guards',
    'pace',
    'spares',
    'capacity',
)
"""The guides to policies and guards."""

_PROGRAM = r'(?:nova-ha-manage|nova-manage|openstack)'
_SHOWN = re.compile(rf'^ +(?:\$ )?({_PROGRAM} .*)$', re.MULTILINE)
_NAMED = re.compile(rf'``({_PROGRAM} [^`]+)``')
_CONTINUED = re.compile(r' *\\\n *')


def shown(text: str) -> list[str]:
    """The lines of a guide that are to be typed; continued ones as one."""
    return _unique(_SHOWN.findall(_CONTINUED.sub(' ', text)))


def named(text: str) -> list[str]:
    """The lines in a guide's text, wherever it breaks them."""
    return _unique(' '.join(each.split()) for each in _NAMED.findall(text))


def block(text: str, before: str) -> str:
    """The literal block that follows a sentence which ends in ``before``."""
    rest = text.partition(f'{before}\n\n')[2]
    lines = rest.splitlines()
    end = next(
        number
        for number, line in enumerate([*lines, 'end'])
        if line and not line.startswith(' ')
    )
    return textwrap.dedent('\n'.join(lines[:end])).strip() + '\n'


def page(name: str) -> str:
    """The text of a guide."""
    return (DIRECTORY / f'{name}.rst').read_text()


def all_shown() -> list[str]:
    """Those of all guides."""
    return _unique(line for name in PAGES for line in shown(page(name)))


def all_named() -> list[str]:
    """Those of all guides."""
    return _unique(line for name in PAGES for line in named(page(name)))


def left_out(played: Sequence[str]) -> list[str]:
    """What the guides have and nobody has played.

    A line that is named is played by any that begins with it.
    """
    return [line for line in all_shown() if line not in played] + [
        line
        for line in all_named()
        if not any(each.startswith(line) for each in played)
    ]


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))

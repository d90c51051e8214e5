# SPDX-License-Identifier: Apache-2.0
"""What a page has for its reader beside commands: files, and SQL."""

import re
import textwrap

from tests.lab.config import PROJECT
from tests.lab.errors import LabError

_BLOCK = re.compile(r'(?:\.\. code-block:: \w+|::)\n\n((?: +\S.*\n|\n)+)')


def text(page: str) -> str:
    """All of it.

    :param page: below doc/source, without its ending.
    """
    return (PROJECT / f'doc/source/{page}.rst').read_text()


def block(page: str, before: str) -> str:
    """The first literal block after these words, as a file.

    :raises LabError: the page has no such words, or no block behind them.
    """
    _, found, rest = text(page).partition(before)
    match = _BLOCK.search(rest)
    if not found or match is None:
        raise LabError(f'{page}.rst has no block after "{before}"')
    return textwrap.dedent(match[1]).strip() + '\n'


def sql(page: str) -> str:
    """What is typed into MariaDB's client."""
    return '\n'.join(re.findall(r'MariaDB> (.*)', text(page))) + '\n'

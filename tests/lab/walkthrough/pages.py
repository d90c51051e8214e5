# SPDX-License-Identifier: Apache-2.0
"""What the documentation has the reader type, and write into files."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import importlib.util
import pathlib
import re
import sys
import textwrap
from types import ModuleType

from tests.lab.config import PROJECT
from tests.lab.errors import LabError

SOURCE = PROJECT / 'doc' / 'source'
USER_PAGE = 'user/cli'
TRANSCRIPTS = SOURCE / 'user' / 'transcripts'

_SHOWN = re.compile(
    r'^\.\. literalinclude:: transcripts/(\S+)\.txt$', re.MULTILINE
)
_SQL = re.compile(r'^ +MariaDB> (.*)$', re.MULTILINE)


def text(page: str) -> str:
    """The source of a page, by its name below doc/source: user/cli."""
    return (SOURCE / f'{page}.rst').read_text(encoding='utf-8')


def lines(page: str) -> list[str]:
    """Every command of a page in its order, as it is to be typed."""
    name = str((SOURCE / f'{page}.rst').relative_to(PROJECT))
    found = _command_lines().commands()
    return [each.text for each in found if each.page == name]


def statements(page: str) -> str:
    """What is typed to MariaDB's own client."""
    return '\n'.join(_SQL.findall(text(page)))


def ini(page: str, holding: str) -> str:
    """The block of configuration of a page that has this line.

    :raises LabError: there is none.
    """
    return _block(page, 'ini', holding)


def yaml(page: str, holding: str) -> str:
    """The same for YAML."""
    return _block(page, 'yaml', holding)


def _block(page: str, language: str, holding: str) -> str:
    for block in text(page).split(f'.. code-block:: {language}\n')[1:]:
        body = re.split(r'^\S', block, maxsplit=1, flags=re.MULTILINE)[0]
        found = textwrap.dedent(body).strip() + '\n'
        if holding in found.splitlines():
            return found
    raise LabError(f'{page}.rst has no block of {language} with {holding}')


def transcripts(page: str = USER_PAGE) -> list[str]:
    """The names of those that a page shows."""
    return _SHOWN.findall(text(page))


def filled(line: str, facts: Mapping[str, str]) -> str:
    """The line with the facts of this cloud.

    :param facts: by what the documentation has in their place; the longest
        first, so that none is found within another.
    """
    words = sorted(facts, key=len, reverse=True)
    pattern = '|'.join(map(re.escape, words))
    if not pattern:
        return line
    return re.sub(pattern, lambda found: facts[found.group()], line)


def left_out(
    page: str, typed: Iterable[str], excused: Sequence[str] = ()
) -> list[str]:
    """The commands of a page that nobody has typed.

    :param excused: how those begin that cannot be typed on a lab.
    """
    done = set(typed)
    return [
        line
        for line in lines(page)
        if line not in done and not line.startswith(tuple(excused))
    ]


def _command_lines() -> ModuleType:
    """What Sphinx finds the commands with."""
    path = pathlib.Path(PROJECT / 'doc' / 'ext' / 'command_lines.py')
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)  # dataclasses looks it up
    spec.loader.exec_module(module)
    return module

# SPDX-License-Identifier: Apache-2.0
"""Types what the pages say, as they say it."""

from collections.abc import Mapping
import sys
from types import MappingProxyType

from tests.fresh.machine import Machine
from tests.fresh.place import Place
from tests.lab.config import PROJECT
from tests.lab.errors import LabError

sys.path.insert(0, str(PROJECT / 'doc' / 'ext'))

import command_lines

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Keyboard:
    """Of an operator who reads the documentation.

    :ivar typed: (line, page) of all that was typed.
    """

    def __init__(self, where: Place) -> None:
        self._transcript = where.transcript
        self._transcript.write_text('')
        self._there = {
            (each.text, each.page) for each in command_lines.commands()
        }
        self.typed: set[tuple[str, str]] = set()

    def type(
        self,
        machine: Machine,
        page: str,
        line: str,
        text: str = '',
        code: int = 0,
        env: Mapping[str, str] = _NOTHING,
    ) -> str:
        """Type a line of a page as root; return what was seen.

        :param page: below doc/source, without its ending.
        :param text: what is typed when the program asks.
        :param code: the exit code that it has to have.
        :raises LabError: the page has no such line, or it ended otherwise.
        """
        name = f'doc/source/{page}.rst'
        if (line, name) not in self._there:
            raise LabError(f'{name} has no line {line}')
        print(f'{machine.name}# {line}', flush=True)
        done = machine.run(line, text, None, env)
        seen = done.stdout + done.stderr
        with self._transcript.open('a') as stream:
            stream.write(
                f'{machine.name}# {line}\n{seen}[{done.returncode}]\n\n'
            )
        if done.returncode != code:
            raise LabError(
                f'{name}: {line}\nended with {done.returncode}, not {code}:\n'
                f'{seen}'
            )
        self.typed.add((line, name))
        return seen

    def page(self, name: str) -> str:
        """The text of a page."""
        return (PROJECT / f'doc/source/{name}.rst').read_text()

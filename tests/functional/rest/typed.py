# SPDX-License-Identifier: Apache-2.0
"""What a page of the documentation shows, typed as it stands there.

Only names that cannot be the same here are others: machines, files, ports,
passwords.
"""

from collections.abc import Mapping
import os
import pathlib
import shlex
import subprocess
import sys
import textwrap

import nova_ha

ROOT = pathlib.Path(nova_ha.__file__).parents[1]
sys.path.insert(0, str(ROOT / 'doc' / 'ext'))

import command_lines  # noqa: E402  what Sphinx uses, without Sphinx

PROGRAMS = pathlib.Path(sys.executable).parent
SECONDS = 120


class Page:
    """A page, read by somebody whose machines have other names.

    :param name: below ``doc/source``, without ``.rst``.
    :param names: what stands there -> what is meant here.
    """

    def __init__(self, name: str, names: Mapping[str, str]) -> None:
        self._names = names
        self._page = f'doc/source/{name}.rst'
        self._text = (ROOT / self._page).read_text(encoding='utf-8')
        self._commands = [
            command.text
            for command in command_lines.commands()
            if command.page == self._page
        ]

    def block(self, before: str) -> str:
        """Return the literal block after a line that ends in this."""
        _, found, rest = self._text.partition(f'{before}\n\n')
        assert found, f'{self._page} has no {before!r}'
        lines = []
        for line in rest.splitlines():
            if line and not line.startswith(' '):
                break
            lines.append(line)
        return self._here(textwrap.dedent('\n'.join(lines)).strip() + '\n')

    def command(self, begin: str) -> list[str]:
        """Return the words of the one command that begins so.

        What is taken so is no longer among those :attr:`left`.
        """
        [text] = [text for text in self._commands if text.startswith(begin)]
        self._commands.remove(text)
        return shlex.split(self._here(text))

    @property
    def left(self) -> list[str]:
        """The commands that nobody has taken."""
        return list(self._commands)

    def _here(self, text: str) -> str:
        # The longest first: an address is part of a URL.
        for name in sorted(self._names, key=len, reverse=True):
            text = text.replace(name, self._names[name])
        return text


def run(
    words: list[str], environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess:
    """Run it to its end, as a shell that finds our programs would."""
    path = f'{PROGRAMS}{os.pathsep}{environment["PATH"]}'
    return subprocess.run(
        words,
        env={**environment, 'PATH': path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

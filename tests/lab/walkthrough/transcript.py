# SPDX-License-Identifier: Apache-2.0
"""What a terminal has shown, as it is kept beside the documentation."""

from collections.abc import Sequence
import pathlib
import re

PROMPT = '$ '
CONTINUED = '> '
_WIDTH = 78


def told(line: str, output: str) -> str:
    """A command and what it has printed.

    A line that is too long for a page goes on in the next one, as in a shell.
    """
    body = '\n'.join(each.rstrip() for each in output.strip('\n').split('\n'))
    return f'{PROMPT}{_wrapped(line)}\n{body}\n'


def commands(transcript: str) -> list[str]:
    """The commands in a transcript, each in one line."""
    joined = re.sub(rf' *\\\n{CONTINUED} *', ' ', transcript)
    return [
        line.removeprefix(PROMPT)
        for line in joined.splitlines()
        if line.startswith(PROMPT)
    ]


def written(
    directory: pathlib.Path,
    name: str,
    typed: Sequence[tuple[str, str]],
) -> pathlib.Path:
    """Write a transcript.

    :param typed: each line with what it has printed.
    """
    content = '\n'.join(told(*each) for each in typed)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f'{name}.txt'
    path.write_text(content, encoding='utf-8')
    return path


def _wrapped(line: str) -> str:
    """Broken before options, where it would be too wide."""
    first, *options = line.split(' --')
    rows = [first]
    for option in options:
        if len(rows[-1]) + len(option) + len(' -- \\') > _WIDTH - len(PROMPT):
            rows.append(f'    --{option}')
        else:
            rows[-1] += f' --{option}'
    return f' \\\n{CONTINUED}'.join(rows)

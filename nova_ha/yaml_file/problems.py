# SPDX-License-Identifier: Apache-2.0
"""What is wrong in a file: all of it, each with its place."""

from collections.abc import Iterable
import dataclasses
import difflib
import pathlib

from nova_ha.recovery import errors


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right. Never holds a secret.

    :ivar line: counted from 1; 0 where no line can be named.
    :ivar where: ``host compute1``, ``rule databases``; may be empty.
    :ivar field: dotted, for example ``power.address``, or
        ``power.2.address`` for the second device; may be empty.
    :ivar text: what is wrong and what to do.
    """

    line: int
    where: str
    field: str
    text: str

    def __str__(self) -> str:
        parts = (self.where, self.field, self.text)
        return ': '.join(part for part in parts if part)


class FileError(errors.RecoveryError):
    """The file cannot be used; the message lists every problem.

    :ivar problems: in the order of their lines.
    """

    def __init__(
        self, path: pathlib.Path, problems: Iterable[Problem]
    ) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        super().__init__('\n'.join(map(self._line, self.problems)))

    def _line(self, problem: Problem) -> str:
        place = f':{problem.line}' if problem.line else ''
        return f'{self.path}{place}: {problem}'


def field_of(path: Iterable[str | int]) -> str:
    """Return a path as people read it: dotted, counted from 1."""
    return '.'.join(
        str(part + 1) if isinstance(part, int) else part for part in path
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ' (did you mean X?)', or what is known when nothing is near."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f' (did you mean {near[0]}?)'
    return f' (known: {", ".join(known)})' if known else ''

# SPDX-License-Identifier: Apache-2.0
"""From single findings to the result of a check, the gravest of them."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import TypeAlias

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

Code = upgradecheck.Code
Result = upgradecheck.Result
Check: TypeAlias = Callable[[cfg.ConfigOpts], Result]


class Findings:
    """What a check has found, in the order in which it was found.

    Texts are sentences without their full stop: what is wrong, and what to
    do. Line breaks in them count as blanks.
    """

    def __init__(self) -> None:
        self._found: list[tuple[Code, str]] = []

    def warn(self, text: object) -> None:
        """Note what somebody has to look at; the fencer works."""
        self._note(Code.WARNING, text)

    def fail(self, text: object) -> None:
        """Note what keeps the fencer from its work."""
        self._note(Code.FAILURE, text)

    def warn_all(self, texts: Iterable[object]) -> None:
        """Note several warnings."""
        for text in texts:
            self.warn(text)

    def result(self, good: str) -> Result:
        """Return the result.

        :param good: what to say where nothing was found.
        """
        if not self._found:
            return Result(Code.SUCCESS, good)
        code = max(code for code, _ in self._found)
        # The gravest first; sorted() keeps the order among equals.
        found = sorted(self._found, key=lambda one: -one[0])
        return Result(code, '; '.join(text for _, text in found))

    def _note(self, code: Code, text: object) -> None:
        self._found.append((code, ' '.join(str(text).split())))

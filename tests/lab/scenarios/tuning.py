# SPDX-License-Identifier: Apache-2.0
"""Has the fencers configured otherwise while a scenario is played."""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import os
import signal

from tests.lab.pacemaker.controllers import ControllerFencer
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import UnmetError

Options = Mapping[str, Mapping[str, object]]

RELOADED = 'Reloaded: '
REFUSED = 'Not reloaded'
PATIENCE = 30.0
"""Seconds for a fencer to have read its files again."""


@contextlib.contextmanager
def tuned(
    play: Play,
    options: Options | None = None,
    rules: Mapping[str, object] | None = None,
    reserved: Collection[str] = (),
) -> Iterator[None]:
    """Within, the fencers are configured so; then as before.

    :param options: by group, on top of the usual ones; such as SIGHUP puts
        into effect.
    :param rules: what the rules file says instead of the usual.
    :param reserved: hosts that the hosts file calls reserved.
    """
    tune(play, options, rules, reserved)
    try:
        yield
    finally:
        tune(play)


def tune(
    play: Play,
    options: Options | None = None,
    rules: Mapping[str, object] | None = None,
    reserved: Collection[str] = (),
) -> None:
    """Configure the fencers so, from the usual on; see :func:`tuned`.

    :raises UnmetError: one of them did not take it over.
    """
    for fencer in play.stack.fencers(play.hosts):
        fencer.options = {**fencer.options, **(options or {})}
        fencer.reserved = reserved
        if rules is not None:
            fencer.rules = rules
        fencer.prepare()
        _reload(play, fencer)


def _reload(play: Play, fencer: ControllerFencer) -> None:
    """Have it read its files; one that does not run reads them later."""
    pid = fencer.pid()
    if pid is None:
        return
    before = _count(fencer, RELOADED), _count(fencer, REFUSED)
    os.kill(pid, signal.SIGHUP)

    def taken_over() -> bool:
        if _count(fencer, REFUSED) > before[1]:
            raise UnmetError(f'refused, see {fencer.log}')
        return _count(fencer, RELOADED) > before[0]

    play.wait(taken_over, PATIENCE, f'{fencer.name} to read its files again')


def _count(fencer: ControllerFencer, text: str) -> int:
    return fencer.log.read_text(errors='replace').count(text)

# SPDX-License-Identifier: Apache-2.0
"""A host with very many instances fails."""

from tests.lab.scenarios import many
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip

SEED = 28
TITLE = 'A host with 200 instances loses its power: all of them are back'
FEWEST = 3
NUMBER = 200
BACK = 300.0
"""Seconds for nova-compute to start again and to remove 200 guests."""


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) < FEWEST:
        raise Skip(f'needs {FEWEST} compute hosts')
    play.boot(NUMBER)
    play.fail(f'{play.host.name} loses its power')
    play.host.power_off()
    play.wait_state(
        *('evacuated', 'returning', 'completed'),
        timeout=many.patience(NUMBER),
    )
    many.require_elsewhere(play, {play.host.name: play.instances})
    many.say_when_back(play)
    play.say(f'at most {many.under_way(play)} were under way at the same time')
    play.bring_back()
    play.wait_serving(timeout=BACK)

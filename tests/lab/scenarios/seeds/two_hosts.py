# SPDX-License-Identifier: Apache-2.0
"""Two hosts fail at once."""

from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip

SEED = 11
TITLE = 'Two hosts lose their power at once: both are recovered'
FEWEST = 3


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) < FEWEST:
        raise Skip(f'needs {FEWEST} compute hosts')
    first, second = play.hosts[:2]
    play.boot(2, first)
    play.boot(2, second)
    play.fail(f'{first.name} and {second.name} lose their power')
    first.power_off()
    second.power_off()
    play.wait_evacuated(first)
    play.wait_evacuated(second)
    for host in (first, second):
        play.bring_back(host)
    for host in (first, second):
        play.wait_serving(host)

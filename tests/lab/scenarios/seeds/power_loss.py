# SPDX-License-Identifier: Apache-2.0
"""A host loses its power without a word."""

from tests.lab.scenarios.play import Play

SEED = 4
TITLE = (
    'A host loses its power: fenced, forced down, evacuated; it stays away, '
    'then returns and serves again, enabled'
)


def play(play: Play) -> None:
    """Play it."""
    play.boot()
    play.fail(f'{play.host.name} loses its power')
    play.host.power_off()
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()

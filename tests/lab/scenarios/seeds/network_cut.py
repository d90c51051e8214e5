# SPDX-License-Identifier: Apache-2.0
"""A host cannot be reached, but lives."""

from tests.lab.scenarios.play import Play

SEED = 5
TITLE = 'The network of a live host is cut: it is fenced for real, recovered'


def play(play: Play) -> None:
    """Play it."""
    play.boot()
    play.fail(f'the cable of {play.host.name} is cut; its guests run on')
    play.host.machine.cut()
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()

# SPDX-License-Identifier: Apache-2.0
"""The controller whose fencer runs the incident dies in the middle of it."""

from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip

SEED = 10
TITLE = (
    'The controller that runs the incident dies in the middle: another one '
    'finishes it'
)
SPAWN = 8.0
"""Seconds that a guest takes to start."""


def play(play: Play) -> None:
    """Play it."""
    if len(play.stack.controllers) == 1:
        raise Skip('needs 3 controllers: up --pacemaker --controllers 3')
    play.boot(4)
    for other in play.others():
        other.set_knobs(spawn_delay=SPAWN)
    play.fail(f'{play.host.name} loses its power')
    play.host.power_off()
    play.wait_state('evacuating', timeout=60)
    found = play.recovery()
    assert found is not None
    owner = found['owner']
    play.say(f'{owner}, which drives the recovery, loses its power')
    play.stack.controller(owner).machine.act('set', 'power', '0')
    play.wait_evacuated(timeout=240)
    play.bring_back()
    play.wait_serving()

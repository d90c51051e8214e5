# SPDX-License-Identifier: Apache-2.0
"""The host that instances are being evacuated to fails, too."""

from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip

SEED = 12
TITLE = 'The target of the evacuation dies in the middle of it'
FEWEST = 3
SPAWN = 8.0
"""Seconds that a guest takes to start."""


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) < FEWEST:
        raise Skip(f'needs {FEWEST} compute hosts')
    play.boot(4)
    for other in play.others():
        other.set_knobs(spawn_delay=SPAWN)
    play.fail(f'{play.host.name} loses its power')
    play.host.power_off()
    name = play.wait(lambda: _target(play), 60, 'an evacuation to begin')
    target = next(host for host in play.hosts if host.name == name)
    play.say(f'{name}, where an instance is being rebuilt, loses its power')
    target.power_off()
    for other in play.others():
        other.set_knobs()
    play.wait_evacuated(timeout=240)
    play.wait_state('evacuated', 'returning', 'completed', host=target)
    for host in (target, play.host):
        play.bring_back(host)
    for host in (target, play.host):
        play.wait_serving(host)


def _target(play: Play) -> str:
    for record in play.cloud.migrations(play.host.name):
        if (
            record['instance_uuid'] in play.instances
            and record['status'] == 'pre-migrating'
        ):
            return str(record['dest_compute'])
    return ''

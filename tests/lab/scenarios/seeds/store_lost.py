# SPDX-License-Identifier: Apache-2.0
"""The fencers' database is lost in the middle of an incident."""

from collections import Counter

from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.scenarios.play import Play

SEED = 17
TITLE = (
    'The store is emptied in the middle of the evacuations: rebuilt from what '
    'nova and Pacemaker know, and nothing is asked for twice'
)
SPAWN = 20.0
"""Seconds that a guest takes to start: longer than the store to be lost and
its recovery to be found."""


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot(4)
    for other in play.others():
        other.set_knobs(spawn_delay=SPAWN)
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait_state('evacuating', timeout=60)
    play.wait(
        lambda: len(_records(play)) == len(play.instances),
        60,
        'nova to have taken all evacuations',
    )
    before = play.recovery()
    assert before is not None
    _lose_store(play)
    play.wait(play.recovery, 60, 'the recovery to be found again')
    found = play.recovery()
    assert found is not None
    play.require(
        found['uuid'] == before['uuid'] and found['origin'] == 'reconciler',
        "the reconciler has opened the recovery anew, by nova's mark",
    )
    play.require(
        found['state'] not in ('evacuated', 'completed'),
        'that was in the middle of the evacuations',
    )
    play.wait_evacuated()
    for other in play.others():
        other.set_knobs()
    asked = _records(play)
    play.require(
        set(asked.values()) == {1}, f'one record an instance: {asked}'
    )
    play.bring_back()
    play.wait_serving()


def _lose_store(play: Play) -> None:
    play.say('the database of nova-ha is lost, and an empty one is made')
    play.lab.mariadb.empty('nova_ha')
    play.cluster.run(
        *('nova-ha-manage', '--config-file', CONFIG_FILE, 'db', 'sync')
    )


def _records(play: Play) -> Counter[str]:
    """How many evacuations of each instance nova has been asked for."""
    return Counter(
        record['instance_uuid']
        for record in play.cloud.migrations(play.host.name)
        if record['instance_uuid'] in play.instances
    )

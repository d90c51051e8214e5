# SPDX-License-Identifier: Apache-2.0
"""A host reboots by itself and is back before anybody has noticed."""

from tests.lab.scenarios.play import Play

SEED = 7
TITLE = (
    'A host reboots faster than it is missed: recovered, or found to need '
    'nothing; never left disabled'
)


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    play.fail(f'{host.name} reboots by itself')
    host.machine.reboot()
    play.wait(
        lambda: play.state() or (play.runs(host) and host.pid()),
        60,
        f'Pacemaker to fence {host.name}, or to start its services',
    )
    if play.state():
        play.wait_evacuated()
        play.bring_back()
    play.wait_serving()
    for uuid in play.instances:
        if play.cloud.server(uuid)['status'] == 'SHUTOFF':
            play.say(f'the owner of {uuid} starts it again')
            play.cloud.act(uuid, 'os-start')
        play.cloud.wait_for_status(uuid, 'ACTIVE')

# SPDX-License-Identifier: Apache-2.0
"""A host is switched on again while its instances are being evacuated."""

from tests.lab.cloud import OPEN_MIGRATIONS
from tests.lab.pacemaker.configuration import GATE
from tests.lab.scenarios.play import Play

SEED = 14
TITLE = (
    'A host returns in the middle of its evacuation: the gate holds its '
    'services back until every record is over'
)
SPAWN = 15.0
"""Seconds that a guest takes to start: longer than the host to return."""


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    for other in play.others():
        other.set_knobs(spawn_delay=SPAWN)
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait(lambda: _open(play), 60, 'an evacuation to begin')
    play.say(f'{host.name} is switched on by hand, too early')
    host.power_on()
    play.wait(lambda: _is_back(play), 30, f'{host.name} to be a member again')
    play.require(_open(play), 'the evacuation is not over yet')
    play.wait(lambda: _over(play), 120, 'every record to be over')
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()
    view = play.cluster.view()
    play.require(
        view is not None and GATE not in view.nodes[host.name].attributes,
        'the gate is open',
    )


def _open(play: Play) -> bool:
    return any(
        record['status'] in OPEN_MIGRATIONS
        for record in play.cloud.migrations(play.host.name)
        if record['instance_uuid'] in play.instances
    )


def _over(play: Play) -> bool:
    """Whether it is; while it is not, nothing of nova may run there."""
    if play.host.pid() is None or not _open(play):
        return not _open(play)
    play.require(
        play.host.pid() is None, 'nova-compute waits until all is over'
    )
    return False


def _is_back(play: Play) -> bool:
    view = play.cluster.view()
    return view is not None and play.host.name in {
        each.name
        for each in view.resources
        if each.name == play.host.name
        and each.role == 'Started'
        and view.nodes[play.host.name].online
    }

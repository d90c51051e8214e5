# SPDX-License-Identifier: Apache-2.0
"""A host fails while no fencer runs, and a person fences it."""

from tests.lab.pacemaker.cluster import FENCER
from tests.lab.scenarios.play import Play

SEED = 15
TITLE = (
    'Nobody hears of a failure, for no fencer runs; an operator confirms that '
    'the host is off: the fencer finds it at its start, and recovers it'
)


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    play.say('the fencers are stopped')
    play.cluster.stop_resource(f'{FENCER}-clone')
    play.wait(lambda: not _runs(play), 60, 'the fencers to be stopped')
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait(lambda: _unclean(play), 60, 'Pacemaker to miss the host')
    play.say(f'an operator has looked, and confirms that {host.name} is off')
    play.cluster.confirm_off(host.name)
    play.require_not_evacuated()
    play.say('the fencers are started')
    play.cluster.start_resource(f'{FENCER}-clone')
    play.wait(lambda: _runs(play), 90, 'the fencers to run')
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()


def _runs(play: Play) -> bool:
    view = play.cluster.view()
    return view is not None and bool(view.started(FENCER))


def _unclean(play: Play) -> bool:
    view = play.cluster.view()
    return view is not None and view.nodes[play.host.name].unclean

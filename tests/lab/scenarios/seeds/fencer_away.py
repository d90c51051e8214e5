# SPDX-License-Identifier: Apache-2.0
"""A host fails while nova-ha is out of service, and a person fences it."""

from tests.lab.pacemaker.cluster import FENCE_DEVICE
from tests.lab.pacemaker.cluster import FENCER
from tests.lab.scenarios.play import Play

SEED = 15
TITLE = (
    'Nobody hears of a failure, for no fencer runs; an operator confirms that '
    'the host is off: the fencer finds it at its start, and recovers it'
)


def play(play: Play) -> None:
    """Play it.

    The stonith resource is stopped, too: else Pacemaker would have asked it
    already, and the agent, which waits for a fencer, would ask that one.
    """
    host = play.host
    play.boot()
    play.say('nova-ha is taken out of service: stonith resource and fencers')
    play.cluster.stop_resource(FENCE_DEVICE)
    play.cluster.stop_resource(f'{FENCER}-clone')
    play.wait(
        lambda: not _runs(play, FENCER) and not _runs(play, FENCE_DEVICE),
        60,
        'the fencers to be stopped',
    )
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait(lambda: _unclean(play), 60, 'Pacemaker to miss the host')
    play.say(f'an operator has looked, and confirms that {host.name} is off')
    play.cluster.confirm_off(host.name)
    play.wait(lambda: not _unclean(play), 30, 'Pacemaker to be content')
    play.require_not_evacuated()
    play.say('nova-ha is taken into service')
    play.cluster.start_resource(f'{FENCER}-clone')
    play.cluster.start_resource(FENCE_DEVICE)
    play.wait(lambda: _runs(play, FENCER), 90, 'the fencers to run')
    play.wait_evacuated()
    play.require_found()
    play.bring_back()
    play.wait_serving()


def _runs(play: Play, resource: str) -> bool:
    view = play.cluster.view()
    return view is not None and bool(view.started(resource))


def _unclean(play: Play) -> bool:
    """Whether it is; while nobody can tell, it may be."""
    view = play.cluster.view()
    return view is None or view.nodes[play.host.name].unclean

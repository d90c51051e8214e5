# SPDX-License-Identifier: Apache-2.0
"""A host is fenced by a power agent alone, and no alert tells of it."""

from tests.lab.pacemaker import configuration
from tests.lab.scenarios.play import Play

SEED = 16
TITLE = (
    'No alert reaches a fencer, and a host is fenced by somebody else: the '
    'reconciler finds it by itself, and recovers it'
)


def play(play: Play) -> None:
    """Play it."""
    changes = configuration.behind_its_back(play.lab.config, play.host)
    with play.cluster.changed(changes):
        _play(play)


def _play(play: Play) -> None:
    host = play.host
    play.say(f'alerts go nowhere; {host.name} is fenced by a power agent only')
    play.boot()
    play.wait(lambda: _runs(play), 60, f'{configuration.ALONE} to be started')
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait_evacuated()
    play.require_found()
    play.bring_back()
    play.wait_serving()
    play.require(not play.hints(), 'no alert has reached a fencer')


def _runs(play: Play) -> bool:
    view = play.cluster.view()
    return view is not None and bool(view.started(configuration.ALONE))

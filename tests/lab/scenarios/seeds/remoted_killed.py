# SPDX-License-Identifier: Apache-2.0
"""pacemaker_remoted of a live host dies."""

import signal

from tests.lab.scenarios.play import Play

SEED = 6
TITLE = 'pacemaker_remoted is killed: the host is fenced, recovered'


def play(play: Play) -> None:
    """Play it."""
    play.boot()
    play.fail(f'pacemaker_remoted of {play.host.name} is killed')
    play.host.signal_remoted(signal.SIGKILL)
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()

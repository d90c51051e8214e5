# SPDX-License-Identifier: Apache-2.0
"""A service of a host cannot be stopped: the host is not under control."""

import signal

from tests.lab.scenarios.play import Play

SEED = 2
TITLE = 'A service fails to stop: the host is fenced, its instances recovered'


def play(play: Play) -> None:
    """Play it."""
    play.boot()
    play.host.steer('nova-compute', 'stop')
    play.fail(f'nova-compute of {play.host.name} dies, and will not stop')
    play.host.signal_service('nova-compute', signal.SIGKILL)
    play.wait_evacuated()
    play.host.steer_no_more()
    play.bring_back()
    play.wait_serving()

# SPDX-License-Identifier: Apache-2.0
"""A host that fails again and again."""

import time

from tests.lab.scenarios.play import Play
from tests.lab.scenarios.tuning import tuned

SEED = 23
TITLE = (
    'A host fails three times: recovered each time, and then kept out, '
    'powered on or not, until an operator lets it return'
)
FAILURES = 3
WINDOW = 400
"""Seconds: it takes less, and what other scenarios did is longer ago."""
WATCHED = 20.0
"""Seconds for which it must stay out; it took less to return before."""
OPTIONS = {'guards': {'flap_failures': FAILURES, 'flap_window': WINDOW}}


def play(play: Play) -> None:
    """Play it."""
    play.host = play.hosts[-1]  # the one that other scenarios spare
    with tuned(play, OPTIONS):
        for number in range(1, FAILURES):
            _fail(play, number)
            play.wait(
                lambda: play.host.power_state() == 'on',
                60,
                f'{play.host.name} to be switched on for Pacemaker',
            )
            play.wait_serving()
        _fail(play, FAILURES)
        _require_kept_out(play)
    play.wait_serving()


def _fail(play: Play, number: int) -> None:
    before = (play.recovery() or {'uuid': ''})['uuid']
    play.boot(1, name=f'flap-{number}')
    play.fail(f'{play.host.name} loses its power, {number} of {FAILURES}')
    play.host.power_off()
    play.wait(
        lambda: (play.recovery() or {'uuid': ''})['uuid'] != before,
        60,
        'the failure to be seen',
    )
    play.wait_evacuated()


def _require_kept_out(play: Play) -> None:
    host = play.host
    play.wait(
        lambda: 'flapping' in (play.service()['disabled_reason'] or ''),
        60,
        'nova to be told why it is kept out',
    )
    _watch(play)
    play.require(host.power_state() == 'off', 'nobody has switched it on')
    play.say(f'{host.name} is switched on by hand')
    host.power_on()
    play.wait(lambda: _is_back(play), 60, f'{host.name} to be a member again')
    _watch(play)
    play.manage('recovery', 'let-return', host.name)


def _watch(play: Play) -> None:
    """For a while nothing of nova runs there, and nova does not use it."""
    until = time.time() + WATCHED
    while time.time() < until:
        service = play.service()
        play.require(play.host.pid() is None, 'nova-compute does not run')
        play.require(
            service['forced_down'] and service['status'] == 'disabled',
            'nova calls it down and disabled',
        )
        time.sleep(1.0)
    play.say(
        f'for {WATCHED:.0f} s it stays out: {play.host.power_state()}, '
        f'disabled: {play.service()["disabled_reason"]}'
    )


def _is_back(play: Play) -> bool:
    view = play.cluster.view()
    return view is not None and view.nodes[play.host.name].online

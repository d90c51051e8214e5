# SPDX-License-Identifier: Apache-2.0
"""Most of the cloud looks dead."""

from collections.abc import Mapping
from collections.abc import Sequence
import time

from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios import asked
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.tuning import tuned

SEED = 20
TITLE = (
    'Three of four hosts fail at once: all are fenced, evacuations are held; '
    'one is released by an operator, the others when that one is back'
)
FAILING = 3
EACH = 6
"""Instances of a host: more than are evacuated at the same time."""
SPAWN = 5.0
"""Seconds that a guest takes to start: longer than Pacemaker takes to miss
all three hosts, so that the first one is held in the middle."""
WATCHED = 15.0
"""Seconds for which nothing may be asked for."""
COOLDOWN = 15
SLACK = 7.0
"""Seconds between the last look that saw a storm and our seeing it over."""
OPTIONS = {'guards': {'storm_percent': 50, 'storm_cooldown': COOLDOWN}}


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) != FAILING + 1:
        raise Skip(f'needs {FAILING + 1} compute hosts')
    with tuned(play, OPTIONS):
        _play(play, play.hosts[:FAILING], play.hosts[FAILING])


def _play(play: Play, failing: Sequence[RemoteHost], last: RemoteHost) -> None:
    on = {host.name: play.boot(EACH, host) for host in failing}
    last.set_knobs(spawn_delay=SPAWN)
    play.fail(f'{", ".join(on)} lose their power')
    for host in failing:
        host.power_off()
    for host in failing:
        play.wait_state('held', host=host)
    _require_told(play, failing)
    before = _require_nothing_more(play, on)
    last.set_knobs()
    first = next(host for host in failing if set(on[host.name]) - before)
    _release(play, first, before | set(on[first.name]))
    _go_on(play, [host for host in failing if host is not first])


def _require_told(play: Play, failing: Sequence[RemoteHost]) -> None:
    """Each is off, nova knows it, and so do people."""
    for host in failing:
        play.require(host.power_state() == 'off', f'{host.name} is off')
        service = play.service(host)
        play.require(service['forced_down'], f'nova calls {host.name} down')
        message = (play.recovery(host) or {})['message']
        play.say(f'{host.name} is off, nova calls it down; held: {message}')
        play.require(message.startswith('storm: '), 'the reason is told')


def _require_nothing_more(
    play: Play, on: Mapping[str, Sequence[str]]
) -> set[str]:
    """The instances that were asked for before the storm was seen."""
    before = set(asked.actions(play))
    untouched = [name for name, uuids in on.items() if not before & {*uuids}]
    play.say(
        f'{len(before)} of {len(play.instances)} instances were asked for '
        f'before the storm showed, none of {", ".join(untouched) or "those"}'
    )
    play.require(bool(untouched), 'the host that made it a storm was held')
    time.sleep(WATCHED)
    play.require(
        set(asked.actions(play)) == before,
        f'nothing more is asked for in {WATCHED:.0f} s',
    )
    ran = {each.uuid for each in play.journal() if each.event == 'start'}
    play.require(ran <= before, 'and nothing else has started')
    play.say(f'nothing more was asked for in {WATCHED:.0f} s')
    return before


def _release(play: Play, first: RemoteHost, allowed: set[str]) -> None:
    play.manage('recovery', 'release', first.name)
    play.wait_state('evacuated', 'returning', 'completed', host=first)
    play.require(
        set(asked.actions(play)) == allowed,
        f'the instances of {first.name} were asked for, and no others',
    )
    play.bring_back(first)
    play.wait_serving(first)


def _go_on(play: Play, others: Sequence[RemoteHost]) -> None:
    """One host of four has returned: half of them are away, as may be."""
    sane_at = time.time()
    before = set(asked.actions(play))
    left = [uuid for uuid in play.instances if uuid not in before]
    play.say('half of the hosts are away, which is no storm')
    for host in others:
        play.wait_evacuated(host)
    waited = asked.first(play, left)[0] - sane_at
    play.say(f'the others were let go {waited:.1f} s later, by themselves')
    play.require(waited > COOLDOWN - SLACK, 'it was sane for the cool-down')
    for host in others:
        play.bring_back(host)
    for host in others:
        play.wait_serving(host)

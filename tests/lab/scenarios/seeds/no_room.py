# SPDX-License-Identifier: Apache-2.0
"""There is no room for the instances of a host that fails."""

from collections.abc import Sequence
import time

from tests.lab.scenarios import asked
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.stage import OPERATOR
from tests.lab.scenarios.tuning import Options
from tests.lab.scenarios.tuning import tune
from tests.lab.scenarios.tuning import tuned

SEED = 21
TITLE = (
    'No valid host: instances are parked; the first in order is placed when '
    'a host is enabled, the second when somebody else has made room'
)
HOSTS = 4
HUGE = '3'
"""The flavor of which two fill a host."""
ATTEMPTS = 2
WATCHED = 12.0
"""Seconds for which nothing may be asked for: nothing tells of room."""
PROMPT = 30.0
"""Seconds within which what there is room for is asked for."""
RULES = {
    'rules': [
        {
            'name': 'the first',
            'when': {'name': 'first-*'},
            'set': {'priority': 900},
        },
        {'name': 'the lab', 'set': {'storage': 'shared'}},
    ]
}


def options(parked_interval: float) -> Options:
    """Of the fencers.

    :param parked_interval: seconds; 0 for: only when something tells.
    """
    return {
        'evacuation': {
            'attempts': ATTEMPTS,
            'backoff': 1,
            'parked_interval': parked_interval,
        }
    }


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) != HOSTS:
        raise Skip(f'needs {HOSTS} compute hosts')
    with tuned(play, options(0), RULES):
        _play(play)


def _play(play: Play) -> None:
    _, second_host, third_host, last = play.hosts
    (second,) = play.boot(1, name='second', flavor=HUGE)
    (first,) = play.boot(1, name='first', flavor=HUGE)
    fillers = play.boot(2, second_host, 'filler', flavor=HUGE)
    play.boot(2, third_host, 'filler', flavor=HUGE)
    play.boot(1, last, 'filler', flavor=HUGE)
    play.cloud.update_service(
        last.name, status='disabled', disabled_reason=OPERATOR
    )
    play.say(f'there is room for one on {last.name}, which is disabled')
    play.host.break_board()
    play.fail(f'the mainboard of {play.host.name} is dead: it is off for good')
    play.host.power_off()
    play.wait_state('evacuation_failed')
    _require_parked(play, [first, second])

    enabled_at = time.time()
    play.cloud.update_service(last.name, status='enabled')
    play.say(f'an operator enables {last.name}')
    _require_placed(play, first, last.name, enabled_at)
    _require_waits(play, second)

    gone = fillers[0]
    play.cloud.delete(gone)
    play.instances.remove(gone)
    freed_at = time.time()
    play.say(f'somebody deletes {gone} on {second_host.name}')
    tune(play, options(5), RULES)
    _require_placed(play, second, second_host.name, freed_at)
    play.wait_evacuated()
    play.host.mend_board()
    play.say(f'{play.host.name} has a new mainboard')
    play.bring_back()
    play.wait_serving()


def _require_parked(play: Play, parked: Sequence[str]) -> None:
    before = {uuid: len(asked.actions(play)[uuid]) for uuid in parked}
    play.say(f'parked; nova was asked so often: {list(before.values())}')
    play.require(
        set(before.values()) == {ATTEMPTS}, f'{ATTEMPTS} attempts each'
    )
    time.sleep(WATCHED)
    after = {uuid: len(asked.actions(play)[uuid]) for uuid in parked}
    play.require(after == before, f'nobody asks nova for {WATCHED:.0f} s')
    play.require(not play.started(parked), 'neither runs anywhere')
    play.say(f'nova was not asked again in {WATCHED:.0f} s')


def _require_placed(play: Play, uuid: str, host: str, since: float) -> None:
    """It is asked for soon after, and runs on that host.

    :param since: seconds since the epoch.
    """
    play.wait(lambda: bool(play.started([uuid])), 90, f'{uuid} to run')
    play.cloud.wait_for_status(uuid, 'ACTIVE')
    play.require(play.where(uuid) == host, f'{uuid} is on {host}')
    when = next(
        each.started
        for each in asked.actions(play)[uuid]
        if each.started >= since
    )
    (ran,) = play.started([uuid])
    play.say(
        f'{uuid} was asked for {when - since:.1f} s later, and ran '
        f'{ran - since:.1f} s later on {host}'
    )
    play.require(when - since < PROMPT, f'within {PROMPT:.0f} s')


def _require_waits(play: Play, uuid: str) -> None:
    """There was no room for the second one."""
    play.wait(
        lambda: play.cloud.server(uuid)['status'] == 'ERROR',
        60,
        f'nova to have found no room for {uuid}',
    )
    play.wait_state('evacuation_failed')
    play.require(not play.started([uuid]), f'{uuid} runs nowhere yet')
    play.say(f'{uuid} is still parked')

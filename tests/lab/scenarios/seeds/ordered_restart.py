# SPDX-License-Identifier: Apache-2.0
"""Three restart groups, each of which needs the one before it."""

from collections.abc import Mapping
from collections.abc import Sequence
import time

from tests.lab.scenarios import asked
from tests.lab.scenarios.guest_port import GuestPort
from tests.lab.scenarios.guest_port import ports
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.tuning import tuned

SEED = 19
TITLE = (
    'Three restart groups: databases first, applications when every database '
    'answers on its port, web servers some time after those'
)
EACH = 2
"""Instances of a group."""
PORT = 5432
SERVES_AFTER = 6.0
"""Seconds that the databases run before they answer, the second twice so
long."""
DELAY = 10
"""Seconds that web waits after app."""
PROMPT = 20.0
"""Seconds within which a group is asked for once it may be, on a slow lab."""
RULES = {
    'groups': {
        'db': {'ready': {'tcp': PORT}},
        'app': {'after': ['db'], 'ready': {'delay': DELAY}},
        'web': {'after': ['app']},
    },
    'rules': [
        *(
            {
                'name': f'{group} servers',
                'when': {'name': f'{group}-*'},
                'set': {'group': group},
            }
            for group in ('db', 'app', 'web')
        ),
        {'name': 'the lab', 'set': {'storage': 'shared'}},
    ],
}

Groups = Mapping[str, Sequence[str]]


def play(play: Play) -> None:
    """Play it."""
    with tuned(play, rules=RULES), ports(play, EACH) as guests:
        _play(play, guests)


def _play(play: Play, guests: Sequence[GuestPort]) -> None:
    groups = _boot(play, guests)
    play.fail(f'{play.host.name} loses its power')
    play.host.power_off()
    play.wait(
        lambda: len(play.started(groups['db'])) == EACH,
        90,
        'the databases to run elsewhere',
    )
    play.say('the databases run, and do not answer yet')
    for each in guests:
        time.sleep(SERVES_AFTER)
        each.serve(PORT)
        play.say(f'the database at {each.address} answers on port {PORT}')
    play.wait_evacuated(timeout=180)
    _require_order(play, groups, guests[-1].answers_since or 0.0)
    play.bring_back()
    play.wait_serving()


def _boot(play: Play, guests: Sequence[GuestPort]) -> Groups:
    """The last group first, so that nova's order is not the one wanted."""
    web = play.boot(EACH, name='web')
    app = play.boot(EACH, name='app')
    db = [
        play.boot(1, name=f'db-{number}', ports=[each.uuid])[0]
        for number, each in enumerate(guests, 1)
    ]
    return {'db': db, 'app': app, 'web': web}


def _require_order(play: Play, groups: Groups, answering: float) -> None:
    """By nova-api's log and the hosts' journal.

    :param answering: since when all databases answer.
    """
    may = {
        'db': play.failed_at,
        'app': answering,
        'web': max(play.started(groups['app'])) + DELAY,
    }
    for group, uuids in groups.items():
        when = asked.first(play, uuids)
        ran = play.started(uuids)
        play.say(
            f'{group}: could start at {_since(play, may[group])}, asked for '
            f'at {_since(play, *when)}, ran at {_since(play, *ran)}'
        )
        play.require(len(when) == len(ran) == EACH, f'all of {group} ran once')
        play.require(when[0] >= may[group], f'{group} waited for its turn')
        late = when[0] - may[group]
        if group != 'db':
            play.require(
                late < PROMPT, f'{group} waited {late:.1f} s too long'
            )


def _since(play: Play, *times: float) -> str:
    return ' '.join(f'{at - play.failed_at:+.1f}' for at in times)

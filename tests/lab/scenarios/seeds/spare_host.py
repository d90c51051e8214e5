# SPDX-License-Identifier: Apache-2.0
"""A spare host stands in for one that failed."""

from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios import asked
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.stage import SPARE
from tests.lab.scenarios.tuning import tuned

SEED = 25
TITLE = (
    'A spare is taken into the zone of the failed host, where nothing else '
    'is, and given back when its instances are home again'
)
FEWEST = 3
ZONE = 'rack1'
OPTIONS = {'spares': {'disabled_reason': SPARE}, 'evacuation': {'backoff': 2}}


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) < FEWEST:
        raise Skip(f'needs {FEWEST} compute hosts')
    host, spare = play.host, play.hosts[-1]
    with tuned(play, OPTIONS, reserved=[spare.name]):
        play.cloud.create_zone(ZONE, host.name)
        play.cloud.update_service(
            spare.name, status='disabled', disabled_reason=SPARE
        )
        play.say(f'zone {ZONE} has {host.name} only; {spare.name} is a spare')
        play.boot(zone=ZONE)
        _play(play, spare)


def _play(play: Play, spare: RemoteHost) -> None:
    host = play.host
    for uuid in play.instances:
        play.require(play.where(uuid) == host.name, f'{uuid} is in the zone')
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait_evacuated()
    for uuid in play.instances:
        play.require(play.where(uuid) == spare.name, f'{uuid} is on the spare')
    play.require(_lent(play, spare), 'the spare is enabled, and in the zone')
    _require_order(play)
    play.say(f'all run on {spare.name}, which is in {ZONE} and enabled')
    play.bring_back()
    play.wait_serving()
    play.require(_lent(play, spare), 'the spare stays while it is in use')
    for uuid in play.instances:
        _move(play, uuid, host)
    play.say(f'an operator has moved all back to {host.name}')
    play.wait(
        lambda: _given_back(play, spare), 60, 'the spare to be given back'
    )
    play.say(f'{spare.name} is disabled again ({SPARE}), and in no zone')


def _require_order(play: Play) -> None:
    """Enabled first, it could have been given instances of another zone."""
    changes = [each.kind for each in asked.changes(play)]
    told = [
        number
        for number, kind in enumerate(changes)
        if kind == 'PUT /os-services/{id}'
    ]
    joined = [
        number
        for number, kind in enumerate(changes)
        if kind.startswith('POST /os-aggregates/')
    ]
    play.require(
        len(told) > 1 and len(joined) == 1 and told[0] < joined[0] < told[1],
        f'first force-down, then into the zone, then enabled: {changes}',
    )


def _lent(play: Play, spare: RemoteHost) -> bool:
    service = play.service(spare)
    return service['status'] == 'enabled' and _in_zone(play, spare)


def _given_back(play: Play, spare: RemoteHost) -> bool:
    service = play.service(spare)
    return (
        service['status'] == 'disabled'
        and service['disabled_reason'] == SPARE
        and not _in_zone(play, spare)
    )


def _in_zone(play: Play, host: RemoteHost) -> bool:
    return any(host.name in each['hosts'] for each in play.cloud.aggregates())


def _move(play: Play, uuid: str, host: RemoteHost) -> None:
    """As an operator does: a cold migration."""
    play.cloud.act(uuid, 'migrate', host=host.name)
    play.cloud.wait_for_status(uuid, 'VERIFY_RESIZE', 90)
    play.cloud.act(uuid, 'confirmResize')
    play.cloud.wait_for_status(uuid, 'ACTIVE')

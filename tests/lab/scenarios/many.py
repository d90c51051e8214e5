# SPDX-License-Identifier: Apache-2.0
"""What is required where very many instances are evacuated.

Each look at a single instance would cost the cloud more than it bears; here
it is asked in lists, and the journal of the guests tells the times.
"""

from collections import Counter
from collections.abc import Collection
from collections.abc import Mapping
import datetime
import statistics

from tests.lab import recovery
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios import asked
from tests.lab.scenarios.play import Play

SLOWEST = 5.0
"""Seconds an instance may take, on a machine that has other work."""


def patience(number: int) -> float:
    """Seconds in which so many instances have to be back."""
    return 120 + SLOWEST * number


def history(play: Play, host: RemoteHost) -> dict[str, float]:
    """When what happened first to a host's recovery, by the event's name.

    Seconds since the epoch.
    """
    found = play.recovery(host)
    play.require(found is not None, f'{host.name} has a recovery')
    assert found is not None
    events: dict[str, float] = {}
    for event in recovery.live(play.fencer(), found['uuid'])['events']:
        at = datetime.datetime.fromisoformat(event['at']).timestamp()
        events.setdefault(event['name'], at)
    return events


def require_elsewhere(play: Play, on: Mapping[str, Collection[str]]) -> None:
    """All run on hosts that did not fail, each was asked for once.

    :param on: the instances by the host that failed.
    """
    servers = {each['id']: each for each in play.cloud.servers()}
    wanted = [uuid for uuids in on.values() for uuid in uuids]
    where = {uuid: servers[uuid]['OS-EXT-SRV-ATTR:host'] for uuid in wanted}
    still = [uuid for uuid in wanted if where[uuid] in on]
    play.require(not still, f'all have left their hosts, but for {still}')
    unwell = [uuid for uuid in wanted if servers[uuid]['status'] != 'ACTIVE']
    play.require(not unwell, f'all are ACTIVE, but for {unwell}')
    actions = asked.actions(play)
    again = [uuid for uuid in wanted if len(actions.get(uuid, ())) != 1]
    play.require(not again, f'each was asked for once, but for {again}')
    spread = ', '.join(
        f'{number} on {name}'
        for name, number in sorted(Counter(where.values()).items())
    )
    play.say(f'{len(wanted)} instances, each asked for once, run: {spread}')


def say_when_back(play: Play) -> None:
    """The figures that people wait for."""
    back = [at - play.failed_at for at in play.started(play.instances)]
    play.require(
        len(back) == len(play.instances),
        f'{len(play.instances)} guests started again, not {len(back)}',
    )
    first = asked.first(play, play.instances)[0] - play.failed_at
    play.say(
        f'the first was asked for after {first:.1f} s; median back '
        f'{statistics.median(back):.1f} s, all {len(back)} back '
        f'{back[-1]:.1f} s'
    )


def under_way(play: Play) -> int:
    """How many evacuations there were at the same time, at most.

    From nova-api's log and the journal of the guests: from the request until
    the guest runs. Nova's own record is over a moment later, so nova-ha sees
    rather more than this.
    """
    changes = [
        (requests[0].started, 1)
        for uuid, requests in asked.actions(play).items()
        if uuid in play.instances
    ]
    changes += [(at, -1) for at in play.started(play.instances)]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most

# SPDX-License-Identifier: Apache-2.0
"""What nova-ha has asked nova for, by nova-api's own log.

It tells the path and the sender of a request, not what it asks for: of an
instance, nova-ha asks for evacuations, and for rebuilds where it puts a
snapshot back.
"""

import collections
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import re

from tests.lab import apilog
from tests.lab.apilog import Request
from tests.lab.scenarios.play import Play

_ACTION = re.compile(r'/servers/(?P<uuid>[0-9a-f-]{36})/action')

Actions = Mapping[str, Sequence[Request]]


def requests(play: Play) -> list[Request]:
    """All that nova-ha has asked since the scenario began, as it began."""
    user = _user(play)
    return [
        request
        for request in apilog.read(play.lab.nova_api.log, play.nova_from)
        if request.user == user
    ]


def changes(play: Play) -> list[Request]:
    """Those that are to change something."""
    return [each for each in requests(play) if each.method != 'GET']


def actions(play: Play) -> Actions:
    """By instance, what was asked about it, as it began."""
    found: dict[str, list[Request]] = collections.defaultdict(list)
    for request in changes(play):
        match = _ACTION.search(request.path)
        if match:
            found[match['uuid']].append(request)
    return found


def first(play: Play, instances: Collection[str]) -> list[float]:
    """When each of these was first asked for, that were asked for at all.

    Seconds since the epoch, the earliest first.
    """
    found = actions(play)
    return sorted(
        found[uuid][0].started for uuid in instances if uuid in found
    )


def _user(play: Play) -> str:
    name = play.lab.config.service_user
    answer = play.cloud.identity.get('/users', params={'name': name})
    found: str = answer.json()['users'][0]['id']
    return found

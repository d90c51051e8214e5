# SPDX-License-Identifier: Apache-2.0
"""The instances the demonstration is about."""

from collections.abc import Mapping
import dataclasses
import enum
from typing import Any

from tests.lab.cloud import Cloud
from tests.lab.errors import LabError

FEWEST = 4
PREFIX = 'demo-'
LOCKED_REASON = 'backup under way'


class Kind(enum.Enum):
    """What is particular about an instance, and nova's status of it."""

    RUNNING = 'ACTIVE'
    STOPPED = 'SHUTOFF'
    PAUSED = 'PAUSED'


@dataclasses.dataclass(frozen=True)
class Planned:
    """An instance to be made."""

    name: str
    kind: Kind = Kind.RUNNING
    port: bool = False
    locked: bool = False


def plan(count: int) -> list[Planned]:
    """One of each kind; of six or more, two are stopped.

    :raises LabError: too few for that.
    """
    if count < FEWEST:
        raise LabError(
            f'--instances must be {FEWEST} or more, not {count}: one with a '
            'port, one stopped, one paused, and one that just runs'
        )
    stopped = 2 if count >= 6 else 1
    special = [
        {'port': True},
        {'locked': True},
        *[{'kind': Kind.STOPPED}] * stopped,
    ]
    running: list[dict[str, Any]] = [{}] * (count - len(special) - 1)
    all_of_them = [*special, *running, {'kind': Kind.PAUSED}]
    width = len(str(count))
    return [
        Planned(name=f'{PREFIX}{number:0{width}}', **options)
        for number, options in enumerate(all_of_them, 1)
    ]


def boot(cloud: Cloud, host: str, wanted: list[Planned]) -> dict[str, Planned]:
    """Make them on the host, in their states; return them by uuid."""
    made = {
        cloud.boot(
            each.name, host, [cloud.create_port()] if each.port else ()
        ): each
        for each in wanted
    }
    for uuid in made:
        cloud.wait_for_status(uuid, Kind.RUNNING.value, 120)
    for uuid, each in made.items():
        if each.kind is Kind.STOPPED:
            cloud.act(uuid, 'os-stop')
        elif each.kind is Kind.PAUSED:
            cloud.act(uuid, 'pause')
        if each.locked:
            cloud.act(uuid, 'lock', locked_reason=LOCKED_REASON)
    for uuid, each in made.items():
        cloud.wait_for_status(uuid, each.kind.value)
    return made


@dataclasses.dataclass(frozen=True)
class Seen:
    """An instance as nova shows it at one time."""

    uuid: str
    name: str
    host: str
    status: str
    task: str | None
    locked_reason: str | None


def look(cloud: Cloud) -> dict[str, Seen]:
    """All instances of the demonstration, by uuid."""
    seen = (_seen(server) for server in cloud.servers())
    return {each.uuid: each for each in seen if each.name.startswith(PREFIX)}


def _seen(server: Mapping[str, Any]) -> Seen:
    return Seen(
        uuid=server['id'],
        name=server['name'],
        host=server['OS-EXT-SRV-ATTR:host'],
        status=server['status'],
        task=server['OS-EXT-STS:task_state'],
        locked_reason=server.get('locked_reason'),
    )


def ports(cloud: Cloud, uuid: str) -> list[str]:
    """The ports of an instance; nova leaves those it did not make."""
    answer = cloud.network.get('/v2.0/ports', params={'device_id': uuid})
    return [port['id'] for port in answer.json()['ports']]

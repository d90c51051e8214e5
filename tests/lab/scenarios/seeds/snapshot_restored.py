# SPDX-License-Identifier: Apache-2.0
"""Disks die with their host; snapshots are put back, and nova-ha is killed."""

import contextlib
import os
import signal

from tests.lab import disks
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.tuning import tuned

SEED = 22
TITLE = (
    'Instances with local disks: evacuated, and their snapshots put back; '
    'kill -9 of the fencer between the two, and again in the rebuild'
)
RULES = {
    'rules': [{'name': 'the lab has local disks', 'set': {'disk': 'snapshot'}}]
}
BEFORE = 'written before the snapshot\n'
AFTER = 'written after it\n'
SPAWN = 4.0
"""Seconds that a guest takes to start: longer than to see it, and shorter
than Pacemaker's patience with a fencer that is silent."""


def play(play: Play) -> None:
    """Play it."""
    with contextlib.ExitStack() as cleanup:
        cleanup.enter_context(tuned(play, rules=RULES))
        _play(play, cleanup)


def _play(play: Play, cleanup: contextlib.ExitStack) -> None:
    play.boot(2)
    snapshots = {uuid: _prepare(play, uuid) for uuid in play.instances}
    for image in snapshots.values():
        cleanup.callback(play.cloud.image.delete, f'/v2/images/{image}')
    for other in play.others():
        other.set_knobs(spawn_delay=SPAWN)
    play.fail(f'{play.host.name} loses its power, and its disks with it')
    play.host.power_off()
    play.wait(
        lambda: len(_records(play)) == len(play.instances),
        60,
        'nova to have taken both evacuations',
    )
    _kill_between(play)
    play.wait(lambda: _rebuilding(play), 90, 'nova to rebuild both')
    _kill(play, 'while nova rebuilds')
    play.wait_evacuated(timeout=180)
    for uuid, image in snapshots.items():
        _require_restored(play, uuid, image)
    play.bring_back()
    play.wait_serving()


def _prepare(play: Play, uuid: str) -> str:
    """Let the guest write before and after a snapshot; the image of that."""
    play.host.write(uuid, BEFORE)
    image = disks.take(play.cloud, uuid)
    play.host.write(uuid, AFTER)
    play.say(f'{uuid} has written, image {image} was taken, it has written on')
    return image


def _kill_between(play: Play) -> None:
    """Kill it when the guests run elsewhere, from their image as yet.

    It is stopped before, so that it can do nothing in between.
    """
    pid = _pid(play)
    os.kill(pid, signal.SIGSTOP)
    try:
        for uuid in play.instances:
            play.cloud.wait_for_status(uuid, 'ACTIVE', 60)
        play.require(
            not any(_rebuilds(play).values()), 'no rebuild was asked for yet'
        )
        for uuid in play.instances:
            found = disks.contents(play.lab, uuid)
            play.require(not found, f'the new disk of {uuid} is empty')
        play.say('both run elsewhere, and their disks are empty')
    finally:
        _kill(play, 'between evacuation and rebuild', pid)


def _kill(play: Play, when: str, pid: int = 0) -> None:
    """kill -9, and wait for Pacemaker to start another one."""
    pid = pid or _pid(play)
    play.say(f'kill -9 of the fencer, {when}')
    os.kill(pid, signal.SIGKILL)
    play.wait(
        lambda: play.fencer().pid() not in (None, pid),
        90,
        'Pacemaker to start the fencer again',
    )
    play.say('Pacemaker has started another fencer')


def _pid(play: Play) -> int:
    """Of the fencer that drives the recovery."""
    found = play.recovery()
    assert found is not None
    for fencer in play.stack.fencers(play.hosts):
        if fencer.name == found['owner']:
            pid = fencer.pid()
            assert pid is not None
            return pid
    raise AssertionError(f'{found["owner"]} is no controller')


def _records(play: Play) -> list[str]:
    """The instances that nova has evacuations of, each once for each."""
    return [
        record['instance_uuid']
        for record in play.cloud.migrations()
        if record['instance_uuid'] in play.instances
    ]


def _rebuilds(play: Play) -> dict[str, int]:
    return {uuid: disks.rebuilds(play.cloud, uuid) for uuid in play.instances}


def _rebuilding(play: Play) -> bool:
    return all(_rebuilds(play).values())


def _require_restored(play: Play, uuid: str, image: str) -> None:
    found = disks.contents(play.lab, uuid)
    play.require(
        found == BEFORE, f'{uuid} finds what the snapshot has, not {found!r}'
    )
    play.say(f'{uuid} finds on its disk: {found.strip()}')
    server = play.cloud.server(uuid)
    play.require(server['image']['id'] == image, f'{uuid} is made from it')
    asked = disks.rebuilds(play.cloud, uuid)
    play.require(asked == 1, f'one rebuild of {uuid}, not {asked}')
    records = _records(play).count(uuid)
    play.require(records == 1, f'one evacuation of {uuid}, not {records}')

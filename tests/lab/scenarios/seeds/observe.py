# SPDX-License-Identifier: Apache-2.0
"""nova-ha is told to observe only, and a host fails."""

import datetime
import json
import time
from typing import Any

from tests.lab.scenarios import asked
from tests.lab.scenarios.play import Play

SEED = 24
TITLE = (
    'Mode observe: a host is cut off; Pacemaker is told that it is not '
    'fenced, its guests run on, what would be done is on record; once armed, '
    'it is done'
)
Json = dict[str, Any]

WATCHED = 10.0
"""Seconds for which nothing may happen, though Pacemaker asks and asks."""


def play(play: Play) -> None:
    """Play it."""
    play.boot()
    play.manage('mode', 'set', 'observe', '--reason', 'the first week')
    try:
        _observe(play)
    finally:
        play.manage('mode', 'set', 'armed', '--reason', 'seen enough')
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()


def _observe(play: Play) -> None:
    host = play.host
    play.fail(f'the cable of {host.name} is cut; its guests run on')
    host.machine.cut()
    play.wait(lambda: _refused(play), 90, 'Pacemaker to hear: not fenced')
    play.wait(lambda: _rehearsed(play), 30, 'it to be on record')
    time.sleep(WATCHED)
    _require_nothing_done(play)
    _require_on_record(play)


def _refused(play: Play) -> bool:
    """Whether Pacemaker's own history has a fencing that failed."""
    history = play.cluster.fencing_history(play.host.name)
    return f'of {play.host.name} failed' in history


def _require_nothing_done(play: Play) -> None:
    host = play.host
    play.require_untouched()
    stopped = [each for each in play.journal() if each.event == 'stop']
    play.require(not stopped, 'the guests run on')
    service = play.service()
    play.require(
        not service['forced_down'] and service['status'] == 'enabled',
        f'nova was not told of {host.name}',
    )
    changes = [each.kind for each in asked.changes(play)]
    play.require(not changes, f'nova was asked to change nothing: {changes}')
    view = play.cluster.view()
    play.require(
        view is not None and view.nodes[host.name].unclean,
        f'{host.name} is unclean for Pacemaker, which goes on asking',
    )
    refused = play.cluster.fencing_history(host.name).count(' failed')
    play.say(
        f'{host.name} is on, its guests run, nova was told nothing, Pacemaker '
        f'has heard "not fenced" {refused} times and has it unclean'
    )


def _rehearsed(play: Play) -> list[Json]:
    """What is on record of this failure, the newest first."""
    asked_for = ('--host', play.host.name, '--format', 'json')
    found: list[Json] = json.loads(play.ask('rehearsal', 'list', *asked_for))
    return [
        each
        for each in found
        if datetime.datetime.fromisoformat(each['at']).timestamp()
        >= play.failed_at
    ]


def _require_on_record(play: Play) -> None:
    (found,) = _rehearsed(play)
    would = {
        each['instance'] for each in found['instances'] if each['evacuate']
    }
    play.require(
        would == set(play.instances), 'all instances would be evacuated'
    )
    play.say(f'on record at {found["controller"]}: {found["summary"]}')
    for each in found['instances']:
        play.say(f'{each["instance"]} would be evacuated, {each["decision"]}')

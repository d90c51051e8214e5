# SPDX-License-Identifier: Apache-2.0
"""One run: an operator comes, installs, uses, and leaves."""

from collections.abc import Iterator
import contextlib
import pathlib

from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.cluster import FENCE_DEVICE
from tests.lab.pacemaker.cluster import FENCER
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress
from tests.lab.scenarios import stage
from tests.lab.scenarios.play import Play
from tests.lab.services import base
from tests.lab.walkthrough import facts
from tests.lab.walkthrough import pages
from tests.lab.walkthrough import transcript
from tests.lab.walkthrough.install import Installation
from tests.lab.walkthrough.premises import Premises
from tests.lab.walkthrough.story import Story
from tests.lab.walkthrough.typist import require_all_typed
from tests.lab.walkthrough.typist import Typist

COMPUTES = 4
"""Hosts: three that fail, and a spare."""

CLOUDS = '/etc/openstack/clouds.yaml'

WIDTH = '100'
"""Columns of the operator's terminal, for what would not fit a page."""


def run(lab: Lab, stack: Stack, into: pathlib.Path, say: Progress) -> None:
    """All of it, on a lab that is up and has Pacemaker.

    :param into: where the transcripts are written.
    :raises LabError: something did not go as the documentation says.
    """
    if len(lab.hosts) < COMPUTES:
        raise LabError(f'the walk-through needs {COMPUTES} compute hosts')
    play = Play(lab, stack)
    premises = Premises(play)
    with say.step('making the lab good'):
        premises.leave()  # of a run that was ended
        stage.make_good(lab, stack)
    _share_storage(play)
    with _there(play, premises):
        installation = Installation(play, premises)
        with say.step('installing nova-ha, by the guide'):
            installation.follow(lambda: _start(play))
        shell = _shell(play, premises)
        story = Story(play, shell, installation)
        for title, chapter in story.chapters():
            with say.step(title):
                chapter()
        require_all_typed(play, [shell])
    play.require_guests_right()
    for name, typed in story.transcripts.items():
        transcript.written(into, name, typed)
    say.say(f'The transcripts are in {into}.')


def _share_storage(play: Play) -> None:
    """Tell nova that the disks of these hosts are on storage they share."""
    cloud = play.cloud
    cloud.create_aggregate(facts.STORAGE, *(host.name for host in play.hosts))
    for aggregate in cloud.aggregates():
        cloud.compute.post(
            f'/os-aggregates/{aggregate["id"]}/action',
            json={'set_metadata': {'metadata': {'storage': 'rbd'}}},
        )


@contextlib.contextmanager
def _there(play: Play, premises: Premises) -> Iterator[None]:
    """Without the lab's own fencer, which is back afterwards."""
    cluster = play.cluster
    for resource in (FENCE_DEVICE, f'{FENCER}-clone'):
        cluster.stop_resource(resource)
    play.wait(
        lambda: not play.stack.fencers(play.hosts)[0].pid(),
        60,
        "the lab's fencer to end",
    )
    premises.enter()
    try:
        yield
    finally:
        cluster.stop_resource(f'{FENCER}-clone')
        play.wait(
            lambda: not play.stack.fencers(play.hosts)[0].pid(),
            60,
            'the fencer to end',
        )
        premises.leave()
        _start(play)


def _start(play: Play) -> None:
    """Have Pacemaker start the fencer that is there."""
    cluster = play.cluster
    cluster.start_resource(f'{FENCER}-clone')
    cluster.start_resource(FENCE_DEVICE)
    cluster.forget_failures()
    names = [each.name for each in play.stack.controllers]
    cluster.wait_started(names, resources=[FENCER])
    play.wait(lambda: bool(play.ask('recovery', 'list')), 60, 'its answer')


def _shell(play: Play, premises: Premises) -> Typist:
    """That of a person, with the login that the page shows."""
    premises.write(
        CLOUDS,
        facts.clouds_file(
            play.lab.config, pages.yaml(pages.USER_PAGE, 'clouds:')
        ),
    )
    return Typist(
        play,
        premises,
        pages.USER_PAGE,
        variables={
            'PATH': f'/opt/nova-ha/bin:{base.SYSTEM_PATH}',
            'OS_CLOUD': 'mycloud',
            'COLUMNS': WIDTH,
        },
    )

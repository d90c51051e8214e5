# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.lab.demo``."""

import argparse
import dataclasses
import pathlib
import signal
import subprocess
import sys
import time

from keystoneauth1 import exceptions

from tests.lab import choice
from tests.lab.config import LabConfig
from tests.lab.demo import instances
from tests.lab.demo import tables
from tests.lab.demo.byhand import ByHand
from tests.lab.demo.live import Live
from tests.lab.demo.pacemaker import Pacemaker
from tests.lab.demo.stage import PacemakerStage
from tests.lab.demo.stage import Stage
from tests.lab.demo.story import Story
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.progress import Progress

HOST = 'compute1'


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog='demo',
        description='A compute host dies; nova-ha brings its instances back '
        'and takes the host back. On a real OpenStack, on this machine.',
    )
    root.add_argument(
        '--report',
        metavar='FILE',
        type=pathlib.Path,
        default=pathlib.Path('demo-report.json'),
        help='where to write the report (default: %(default)s)',
    )
    root.add_argument(
        '--instances',
        metavar='N',
        type=int,
        default=12,
        help=f'how many, {instances.FEWEST} or more (default: %(default)s)',
    )
    root.add_argument(
        '--keep', action='store_true', help='leave the lab up afterwards'
    )
    root.add_argument(
        '--pacemaker',
        action='store_true',
        help='on a lab with Pacemaker, which has the host fenced by itself; '
        'without it the demo calls the fence agent',
    )
    return root


def which_lab(pacemaker: bool, config: LabConfig) -> Lab:
    """The lab to use.

    :param config: of the lab, with what it remembers.
    :raises LabError: it has Pacemaker, and the demo was told of none.
    """
    if config.pacemaker and not pacemaker:
        raise LabError(
            f'the lab in {config.base} was brought up with Pacemaker: say '
            '--pacemaker, or wipe it first: python -m tests.lab down --wipe'
        )
    if pacemaker:
        config = dataclasses.replace(
            config, controllers=config.controllers or 1, wiring=1
        )
    return Lab(config)


def make_story(lab: Lab, progress: Progress) -> tuple[Stage, Story]:
    """What is to be told on this lab."""
    live = Live()
    if lab.stack is None:
        stage = Stage(lab, HOST, progress)
        return stage, Story(stage, ByHand(stage, live), live)
    clustered = PacemakerStage(lab, lab.stack, HOST, progress)
    return clustered, Story(clustered, Pacemaker(clustered), live)


def run(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    planned = instances.plan(arguments.instances)
    config = choice.remembered(LabConfig.from_environment())
    lab = which_lab(arguments.pacemaker, config)
    stage, story = make_story(lab, Progress())
    with stage.prepared(arguments.keep):
        report = story.tell(planned)
        report.write(arguments.report)
        print(f'\n{tables.everything(report)}\n')
        if not report.good:
            raise LabError('not everything was as promised, see above')
    print(
        f'\nAll promises kept. Report: {arguments.report}. '
        f'{time.monotonic() - started:.0f} s in all.'
    )
    return 0


def main() -> int:
    # What ends a job (SIGTERM) shall leave nothing behind, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = parser().parse_args()
    try:
        return run(arguments)
    except (
        LabError,
        exceptions.ClientException,
        subprocess.TimeoutExpired,
    ) as error:
        print(f'demo: {error}', file=sys.stderr)
    except KeyboardInterrupt:
        print('demo: interrupted', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.lab.demo``."""

import argparse
import pathlib
import signal
import subprocess
import sys
import time

from keystoneauth1 import exceptions

from tests.lab.demo import instances
from tests.lab.demo import tables
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
    return root


def run(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    planned = instances.plan(arguments.instances)
    progress = Progress()
    stage = Stage(Lab(), HOST, progress)
    with stage.prepared(arguments.keep):
        report = Story(stage).tell(planned)
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

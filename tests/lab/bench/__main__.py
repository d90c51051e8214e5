# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.lab.bench``."""

import argparse
from collections.abc import Iterator
import contextlib
import json
import pathlib
import signal
import subprocess
import sys

from keystoneauth1 import exceptions

from tests.lab import versions
from tests.lab.bench import compare
from tests.lab.bench import measure
from tests.lab.bench.contestants import Best
from tests.lab.bench.contestants import Contestant
from tests.lab.bench.contestants import NovaHa
from tests.lab.bench.rounds import Rounds
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.progress import Progress

HOST = 'compute1'
WINDOW = 4
"""nova-ha's default for ``[evacuation] window``."""


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog='bench',
        description='How much longer nova-ha takes than the best possible '
        'client, on the lab.',
    )
    root.add_argument(
        '--sizes',
        metavar='N,N',
        type=_sizes,
        default=[20, 100],
        help='how many instances (default: 20,100)',
    )
    root.add_argument(
        '--rounds',
        metavar='K',
        type=int,
        default=3,
        help='of each client and size, alternating (default: %(default)s)',
    )
    root.add_argument(
        '--poll',
        metavar='SECONDS',
        type=float,
        default=0.25,
        help="poll interval of the best client; nova-ha's is its own "
        'default (default: %(default)s)',
    )
    root.add_argument(
        '--patience',
        metavar='SECONDS',
        type=float,
        default=60.0,
        help='how long to wait, before each recovery, for others to leave '
        'the processors alone (default: %(default)s)',
    )
    root.add_argument(
        '--report',
        metavar='FILE',
        type=pathlib.Path,
        default=pathlib.Path('bench-report.json'),
        help='where to write the figures (default: %(default)s)',
    )
    root.add_argument(
        '--keep', action='store_true', help='leave the lab up afterwards'
    )
    return root


def _sizes(text: str) -> list[int]:
    sizes = [int(each) for each in text.split(',')]
    if min(sizes) <= WINDOW:
        raise argparse.ArgumentTypeError(f'must be more than {WINDOW}')
    return sizes


@contextlib.contextmanager
def _lab(progress: Progress, keep: bool) -> Iterator[Lab]:
    """The lab with a fencer, as it was found afterwards."""
    lab = Lab()
    found_up = lab.is_up()
    try:
        lab.up(progress)
        if lab.fencer.running():
            lab.fencer.stop()
        lab.start_fencer()
        yield lab
    finally:
        if found_up:
            lab.fencer.stop()
        elif not keep:
            lab.down(progress)


def run(arguments: argparse.Namespace) -> int:
    progress = Progress()
    runs: list[measure.Run] = []
    with _lab(progress, arguments.keep) as lab:
        rounds = Rounds(lab, HOST, WINDOW, arguments.patience, progress)
        rounds.require_ready()
        pair: list[Contestant] = [
            Best(lab, WINDOW, arguments.poll),
            NovaHa(lab),
        ]
        # Nobody pays for what the first use of a fresh cloud costs.
        for contestant in pair:
            rounds.play(contestant, WINDOW + 1)
        for size in arguments.sizes:
            for number in range(arguments.rounds):
                order = pair if number % 2 == 0 else pair[::-1]
                runs += [rounds.play(each, size) for each in order]
    print(f'\n{compare.tables(runs)}\n')
    report = {**compare.as_json(runs), 'versions': versions.versions()}
    arguments.report.write_text(json.dumps(report, indent=2) + '\n')
    print(f'Report: {arguments.report}')
    return 0


def main() -> int:
    # What ends a job (SIGTERM) shall leave nothing behind, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run(parser().parse_args())
    except (
        LabError,
        exceptions.ClientException,
        subprocess.TimeoutExpired,
    ) as error:
        print(f'bench: {error}', file=sys.stderr)
    except KeyboardInterrupt:
        print('bench: interrupted', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main())

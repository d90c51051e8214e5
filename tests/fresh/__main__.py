# SPDX-License-Identifier: Apache-2.0
"""Types the commands of the guides on fresh machines: ``tox -e fresh``."""

import argparse
from collections.abc import Callable
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from tests.fresh import building
from tests.fresh import place
from tests.fresh.chapters import cluster
from tests.fresh.chapters import controller
from tests.fresh.chapters import database
from tests.fresh.chapters import host
from tests.fresh.chapters import migration
from tests.fresh.world import World
from tests.lab.errors import LabError

PROGRAMS = ('debootstrap', 'systemd-nspawn', 'ipmi_sim', 'ip', 'nsenter')

PYTHON = (3, 11)
"""Debian 12's; wheels of this one fit its machines."""

#: In this order: what one leaves, the next one needs.
STORY: tuple[Callable[[World], None], ...] = (
    World.first_controller,
    controller.install,
    World.compute_host,
    host.install,
    controller.configure,
    database.mariadb,
    controller.service,
    database.postgresql,
    database.sqlite,
    controller.without_pacemaker,
    host.redhat,
    World.switch_on,
    World.other_controllers,
    cluster.make,
    cluster.load,
    cluster.look,
    cluster.load_otherwise,
    cluster.verify,
    cluster.watchdog,
    cluster.unmake,
    cluster.make,
    migration.from_fence_compute,
    migration.from_masakari,
)


def main() -> int:
    """Make what is missing, play the story; return the exit code."""
    parser = argparse.ArgumentParser(
        prog='tox -e fresh --',
        description='Type the commands of the guides on fresh machines of '
        'Debian 12, which systemd-nspawn boots. As root; the first run '
        'fetches 500 MB.',
    )
    parser.add_argument(
        '--directory',
        type=pathlib.Path,
        default=place.DEFAULT,
        help='for roots and packages, kept for the next run; %(default)s',
    )
    where = place.Place(parser.parse_args().directory.absolute())
    # So that it cleans up, whoever ends it.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(number))
    try:
        _require_programs()
        building.build(where)
        return _play(World(where))
    except LabError as error:
        print(error, file=sys.stderr)
        return 1


def _require_programs() -> None:
    if os.geteuid() != 0:
        raise LabError('only root can boot machines')
    if sys.version_info[:2] != PYTHON:
        raise LabError('run by another Python than Debian 12 has: its wheels '
                       'would not fit')  # fmt: skip
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise LabError(f'not installed: {", ".join(missing)} (bindep.txt)')


def _play(world: World) -> int:
    """Play every chapter, those after one that failed too; how many failed."""
    failed = []
    world.open()
    try:
        for chapter in STORY:
            name = chapter.__qualname__
            started = time.monotonic()
            try:
                chapter(world)
            except (LabError, OSError, subprocess.SubprocessError) as error:
                failed.append(name)
                print(f'{name} FAILED: {error}', flush=True)
            print(f'-- {name}: {time.monotonic() - started:.1f} s', flush=True)
    finally:
        world.close()
    print(f'{len(world.keyboard.typed)} lines were typed, as written')
    print(f'failed: {", ".join(failed) or "none"}')
    return len(failed)


if __name__ == '__main__':
    sys.exit(main())

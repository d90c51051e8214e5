# SPDX-License-Identifier: Apache-2.0
"""Taking the lab down, with nothing left behind."""

import shutil
from typing import TYPE_CHECKING

from tests.lab.pacemaker.network import Network
from tests.lab.parallel import in_parallel
from tests.lab.progress import Progress
from tests.lab.services.fencer import Fencer
from tests.lab.services.masakari import Masakari

if TYPE_CHECKING:
    from tests.lab.lab import Lab


def stop(lab: 'Lab', progress: Progress) -> None:
    """End every process that has a pid file."""
    if not any(lab.config.run.glob('*.pid')):
        progress.say('the lab is down already')
        _remove_network(lab)
        return
    lab.ready_marker.unlink(missing_ok=True)
    hosts = list(lab.hosts.values())
    if lab.stack:
        with progress.step('switching the machines off'):
            lab.stack.halt(hosts)
    with progress.step('stopping the fencers and the compute hosts'):
        in_parallel(each.stop for each in _fencers(lab))
        in_parallel(host.bmc.stop for host in hosts)
        in_parallel(
            host.stop_compute for host in hosts if host.pid_file.exists()
        )
    with progress.step('stopping OpenStack'):
        # A scenario that was ended may have left the last one.
        others = [Masakari(lab.config)]
        in_parallel(each.stop for each in (*lab.nova, *lab.apis, *others))
    with progress.step('stopping databases and messaging'):
        # RabbitMQ says goodbye to the port mapper.
        in_parallel(
            each.stop for each in lab.infrastructure if each is not lab.epmd
        )
        lab.epmd.stop()
    _remove_network(lab)


def wipe(lab: 'Lab', progress: Progress) -> None:
    """Remove what a stopped lab remembers, logs and all.

    The virtualenv and the copy of the databases stay.
    """
    for name in ('state', 'etc', 'run', 'log'):
        shutil.rmtree(lab.config.base / name, ignore_errors=True)
    lab.config.clouds_file.unlink(missing_ok=True)
    progress.say('state removed')


def _remove_network(lab: 'Lab') -> None:
    """Also what a lab has left that remembers nothing of it any more."""
    network = lab.stack.network if lab.stack else Network(lab.config)
    network.remove()


def _fencers(lab: 'Lab') -> list[Fencer]:
    """All that were started, by whatever name."""
    return [
        Fencer(lab.config, (), name=path.stem)
        for path in lab.config.run.glob('*fencer*.pid')
    ]

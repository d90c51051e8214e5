# SPDX-License-Identifier: Apache-2.0
"""A service of a host does not pass its health check."""

import signal

from tests.lab.scenarios.play import Play

SEED = 3
TITLE = (
    'A health check fails: the service and its dependents are stopped and '
    'started again, instances are not touched, nothing is evacuated'
)


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    before = host.pid()
    play.fail(f'neutron-ovs-agent of {host.name} dies')
    host.signal_service('neutron-ovs-agent', signal.SIGKILL)
    play.wait(
        lambda: play.runs(host) and host.pid() not in (None, before),
        60,
        'the services to be started again, nova-compute among them',
    )
    play.wait_serving()
    play.require_untouched(play.hosts)
    for uuid in play.instances:
        server = play.cloud.wait_for_status(uuid, 'ACTIVE')
        play.require(
            server['OS-EXT-SRV-ATTR:host'] == host.name,
            f'instance {uuid} is where it was',
        )

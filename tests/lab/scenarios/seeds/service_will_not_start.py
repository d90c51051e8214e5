# SPDX-License-Identifier: Apache-2.0
"""A service of a host cannot be started."""

import signal

from tests.lab.scenarios.play import Play

SEED = 1
TITLE = (
    'A service fails to start on a host: dependents are not started there, '
    'the host is not fenced, others are untouched, nova does not use it'
)


def play(play: Play) -> None:
    """Play it."""
    host, others = play.host, play.others()
    play.boot()
    before = [other.pid() for other in others]
    host.steer('neutron-ovs-agent', 'start')
    play.fail(f'neutron-ovs-agent of {host.name} dies, and will not start')
    host.signal_service('neutron-ovs-agent', signal.SIGKILL)

    def stopped() -> bool:
        view = play.cluster.view()
        return view is not None and not any(
            host.name in view.started(name)
            for name in ('neutron-ovs-agent', 'ceilometer-compute')
        )

    play.wait(stopped, 60, f'the services of {host.name} to be stopped')
    play.wait(
        lambda: play.service()['state'] == 'down',
        120,
        f'nova to see that nova-compute of {host.name} is away',
    )
    play.require(host.pid() is None, 'nova-compute does not run there')
    elsewhere = play.cloud.boot('elsewhere')
    server = play.cloud.wait_for_status(elsewhere, 'ACTIVE')
    play.instances.append(elsewhere)
    play.require(
        server['OS-EXT-SRV-ATTR:host'] != host.name,
        f'the scheduler does not use {host.name}',
    )
    play.require_untouched(play.hosts)
    play.require(
        before == [other.pid() for other in others],
        'nova-compute of the other hosts runs on',
    )
    host.steer_no_more()
    play.say('the service could be started now')
    play.cluster.forget_failures()
    play.wait_serving()

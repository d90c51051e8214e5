# SPDX-License-Identifier: Apache-2.0
"""A host is taken out of service on purpose."""

from tests.lab.scenarios.play import Play

SEED = 8
TITLE = (
    'Planned work (resource target-role Stopped, then off): no fencing, no '
    'evacuation'
)


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot(1)
    (uuid,) = play.instances
    play.cloud.act(uuid, 'os-stop')
    play.cloud.wait_for_status(uuid, 'SHUTOFF')
    play.fail(f'{host.name} is taken out of service')
    play.cluster.stop_resource(host.name)

    def away() -> bool:
        view = play.cluster.view()
        return (
            view is not None
            and not view.nodes[host.name].online
            and host.pid() is None
        )

    play.wait(away, 60, f'Pacemaker to have stopped {host.name}')
    play.say(f'{host.name} is switched off')
    host.power_off()
    play.wait(
        lambda: play.service()['state'] == 'down',
        120,
        'nova to see that nova-compute is away',
    )
    play.require(not play.state(), 'nova-ha did nothing')
    play.require_not_evacuated()
    play.say(f'{host.name} is switched on and taken into service')
    host.power_on()
    play.cluster.start_resource(host.name)
    play.wait_serving()
    play.require_untouched()
    play.cloud.act(uuid, 'os-start')
    play.cloud.wait_for_status(uuid, 'ACTIVE')

# SPDX-License-Identifier: Apache-2.0
"""A host is lost and its BMC does not answer."""

from tests.lab.scenarios.play import Play

SEED = 9
TITLE = (
    'The BMC is dead: nothing is evacuated, Pacemaker keeps trying; '
    '"stonith_admin --confirm" then recovers'
)


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    host.bmc.stop()
    play.fail(f'{host.name} loses its power, its BMC included')
    host.power_off()
    play.wait_state('fence_failed', timeout=150)
    play.require_not_evacuated()
    first = play.recovery()
    play.wait(
        lambda: play.recovery() != first,
        120,
        'Pacemaker to ask once more',
    )
    play.require_not_evacuated()
    play.say(f'an operator has looked, and confirms that {host.name} is off')
    play.cluster.confirm_off(host.name)
    play.wait_evacuated()
    host.bmc.start()
    play.bring_back()
    play.wait_serving()

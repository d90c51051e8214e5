# SPDX-License-Identifier: Apache-2.0
"""A host that an operator has disabled fails."""

from tests.lab.scenarios.play import Play
from tests.lab.scenarios.stage import OPERATOR

SEED = 13
TITLE = 'An operator had the host disabled: it is disabled after its return'


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    play.cloud.update_service(
        host.name, status='disabled', disabled_reason=OPERATOR
    )
    play.say(f'an operator disables {host.name}')
    play.fail(f'{host.name} loses its power')
    host.power_off()
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving(status='disabled')
    reason = play.service()['disabled_reason']
    play.require(reason == OPERATOR, f"the operator's reason stays: {reason}")

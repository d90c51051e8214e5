# SPDX-License-Identifier: Apache-2.0
"""Makes the lab good: before the first scenario, and after each."""

import contextlib

from tests.lab import guests
from tests.lab import recovery
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.cluster import FENCE_DEVICE
from tests.lab.pacemaker.cluster import FENCER
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.pacemaker.stack import Stack
from tests.lab.waiting import wait_until

OVER = frozenset(['completed', 'cancelled'])
STUCK = frozenset(['fence_failed', 'evacuation_failed'])

OPERATOR = 'scenario: an operator has it disabled'
"""Why a scenario's operator has a host disabled."""
SPARE = 'scenario: a spare'
"""And why one is disabled that is a spare."""


def make_good(lab: Lab, stack: Stack) -> None:
    """Everything on, well and empty.

    :raises LabError: something does not become good; what it is.
    """
    hosts: list[RemoteHost] = list(lab.hosts.values())
    _heal(stack, hosts)
    stack.cluster.wait_formed()
    for host in hosts:
        stack.cluster.start_resource(host.name)
    stack.cluster.start_resource(f'{FENCER}-clone')
    stack.cluster.start_resource(FENCE_DEVICE)
    stack.cluster.forget_failures()
    _order(stack, 'mode', 'set', 'armed', '--reason', 'the next scenario')
    _delete_instances(lab)
    lab.cloud.delete_aggregates()
    wait_until(
        lambda: _well(lab, stack, hosts),
        240,
        'the lab to be well again (see status)',
        1,
    )
    stack.cluster.forget_failures()
    left = guests.running(guests.read_journal(lab.config.journal))
    if left:
        raise LabError(f'guests that nova does not know of run: {left}')


def _heal(stack: Stack, hosts: list[RemoteHost]) -> None:
    for each in (*stack.controllers, *hosts):
        if not each.bmc.pid():
            each.bmc.start()
    for controller in stack.controllers:
        controller.machine.act('set', 'power', '1')
        controller.machine.heal()
    for host in hosts:
        host.steer_no_more()
        host.mend_board()
        host.set_knobs()
        if host.crashed():
            host.power_off()
        host.power_on()
        host.machine.heal()


def _delete_instances(lab: Lab) -> None:
    servers = lab.cloud.servers()
    for server in servers:
        lab.cloud.delete(server['id'])
    wait_until(
        lambda: not lab.cloud.servers(),
        120 + 2 * len(servers),
        'the instances to be deleted',
        1,
    )


def _well(lab: Lab, stack: Stack, hosts: list[RemoteHost]) -> bool:
    view = stack.cluster.view()
    if view is None:
        return False
    controllers = {each.name for each in stack.controllers}
    names = {host.name for host in hosts}
    return (
        controllers <= view.started(FENCER)
        and all(names <= view.started(service) for service in SERVICES)
        and all(_at_peace(lab, stack, host, hosts) for host in hosts)
    )


def _at_peace(
    lab: Lab, stack: Stack, host: RemoteHost, hosts: list[RemoteHost]
) -> bool:
    """Whether nova and nova-ha have nothing against a host.

    One that waits for a person gets what it waits for.
    """
    try:
        newest = recovery.newest(stack.fencers(hosts)[0], host.name)
    except LabError:
        return False
    state = newest['state'] if newest else 'completed'
    if state in STUCK:
        _order(stack, 'recovery', 'retry', host.name)
    elif state == 'held':
        _order(stack, 'recovery', 'release', host.name)
    elif state == 'evacuated':
        if newest and newest['message'].startswith('flapping'):
            _order(stack, 'recovery', 'let-return', host.name)
        host.power_on()
    if state not in OVER:
        return False
    service = lab.cloud.services()[host.name]
    if service['disabled_reason'] in (OPERATOR, SPARE):
        lab.cloud.update_service(host.name, status='enabled')
        return False
    return (
        service['state'] == 'up'
        and service['status'] == 'enabled'
        and not service['forced_down']
    )


def _order(stack: Stack, *words: str) -> None:
    """As an operator would; it may not be possible at this moment."""
    with contextlib.suppress(LabError):
        stack.cluster.run(
            *('nova-ha-manage', '--config-file', CONFIG_FILE), *words
        )

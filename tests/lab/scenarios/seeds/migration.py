# SPDX-License-Identifier: Apache-2.0
"""An operator comes over from what was there before, and looks at it all."""

from collections.abc import Iterator
import contextlib
import os

from keystoneauth1 import adapter

from tests.lab import readiness
from tests.lab.config import PROJECT
from tests.lab.config import REGION
from tests.lab.pacemaker.controllers import PROGRAMS
from tests.lab.progress import Progress
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.terminal import row
from tests.lab.scenarios.terminal import Terminal
from tests.lab.services import masakari
from tests.lab.services.masakari import Masakari

SEED = 29
TITLE = (
    'What the pages say of nova and Masakari for whoever comes over, for '
    'planned work, and to see that it works, typed as it is written'
)
API = True
"""The REST API of nova-ha is needed."""
SEGMENT = 'rack1'
DIED = {
    'type': 'COMPUTE_HOST',
    'generated_time': '2026-05-04T08:00:00',
    'payload': {
        'event': 'STOPPED',
        'host_status': 'NORMAL',
        'cluster_status': 'OFFLINE',
    },
}
"""What its host monitor tells of a host."""


def play(play: Play) -> None:
    """Play it."""
    if not play.lab.config.api:
        raise Skip('needs the REST API: up --pacemaker --api')
    terminal = Terminal(play)
    _from_fence_compute(play, terminal)
    _from_masakari(play, terminal)
    _planned_work(play, terminal)
    play.boot(2)
    _power_lost(play, terminal)
    _silent(play, terminal)


def _from_fence_compute(play: Play, terminal: Terminal) -> None:
    """The old agents have left a host forced down and disabled."""
    page = 'admin/migrate-from-fence-compute'
    name = play.host.name
    play.cloud.update_service(name, status='disabled', forced_down=True)
    found = terminal.type(
        page, 'openstack compute service list --service nova-compute --long'
    )
    play.require(
        row(found, name)[4:6] == ['disabled', 'down'],
        f'it is shown as disabled and down: {found}',
    )
    terminal.type(
        page, 'openstack compute service set --up compute1 nova-compute'
    )
    service = play.service()
    play.require(
        (service['forced_down'], service['status']) == (False, 'disabled'),
        f'it is not forced down any more: {service}',
    )
    terminal.type(
        page, 'openstack compute service set --enable compute1 nova-compute'
    )
    play.wait_serving()
    play.require_untouched()


def _from_masakari(play: Play, terminal: Terminal) -> None:
    """Masakari has recovered a host, and has it on record."""
    page = 'admin/migrate-from-masakari'
    name = play.host.name
    play.cloud.update_service(name, status='disabled')
    with _masakari(play) as service:
        theirs = Terminal(play, service.directory)
        _remember(play, service)
        found = theirs.type(page, 'openstack notification list')
        play.require(
            'COMPUTE_HOST' in found and ' new ' in found,
            f'it is shown that something is under way: {found}',
        )
        found = theirs.type(page, 'openstack segment list')
        play.require(SEGMENT in found, found)
        found = theirs.type(
            page,
            'openstack segment host list SEGMENT',
            {'SEGMENT': SEGMENT},
        )
        play.require(row(found, name)[5] == 'True', f'on maintenance: {found}')
        terminal.type(
            page,
            'openstack compute service set --enable compute1 nova-compute',
        )
        play.wait_serving()
        terminal.type(page, 'openstack service delete masakari')
    play.require(not _services(play), "the catalogue has no Masakari's API")
    play.require_untouched()


@contextlib.contextmanager
def _masakari(play: Play) -> Iterator[Masakari]:
    """Its API runs, and is in the catalogue."""
    service = Masakari(play.lab.config)
    network = play.stack.network
    network.leave()
    try:
        service.install(Progress())
    finally:
        network.enter()
    service.prepare()
    play.lab.mariadb.empty(masakari.DATABASE)
    service.synchronise()
    service.start()
    try:
        readiness.wait_for_services([service])
        _register(play, service)
        yield service
    finally:
        service.stop()
        for each in _services(play):
            play.cloud.identity.delete(f'/services/{each}')


def _register(play: Play, service: Masakari) -> None:
    identity = play.cloud.identity
    made = identity.post(
        '/services',
        json={'service': {'name': service.name, 'type': masakari.TYPE}},
    ).json()
    identity.post(
        '/endpoints',
        json={
            'endpoint': {
                'service_id': made['service']['id'],
                'interface': 'public',
                'region_id': REGION,
                'url': service.endpoint,
            }
        },
    )


def _services(play: Play) -> list[str]:
    """Of Masakari, in the catalogue: their uuids."""
    found = play.cloud.identity.get('/services', params={'name': 'masakari'})
    return [each['id'] for each in found.json()['services']]


def _remember(play: Play, service: Masakari) -> None:
    """What it would know by its host monitor and its engine."""
    project = play.cloud.session.get_project_id()
    api = adapter.Adapter(
        play.cloud.session,
        endpoint_override=service.endpoint % {'tenant_id': project},
    )
    segment = api.post(
        '/segments',
        json={
            'segment': {
                'name': SEGMENT,
                'recovery_method': 'auto',
                'service_type': 'compute',
            }
        },
    ).json()['segment']
    for host in play.hosts[:2]:
        about = {
            'name': host.name,
            'type': 'compute',
            'control_attributes': 'SSH',
            # The first one it has recovered; of the second it is told now.
            'on_maintenance': host is play.host,
        }
        api.post(f'/segments/{segment["uuid"]}/hosts', json={'host': about})
    told = {**DIED, 'hostname': play.hosts[1].name}
    api.post('/notifications', json={'notification': told})


def _planned_work(play: Play, terminal: Terminal) -> None:
    """Nobody is fenced while Pacemaker knows that it is meant to be away."""
    page = 'admin/pacemaker'
    meant = {'compute1.example.org': play.host.name, 'cmp1': play.host.name}
    terminal.type(
        page,
        'openstack compute service set --disable compute1.example.org '
        'nova-compute',
        meant,
    )
    terminal.type(
        page,
        'crm_resource --resource cmp1 --meta --set-parameter target-role '
        '--parameter-value Stopped',
        meant,
    )
    play.wait(lambda: play.host.pid() is None, 60, 'nova-compute to end')
    play.wait(lambda: not _online(play), 60, 'the connection to be closed')
    play.host.power_off()
    play.say(f'{play.host.name} is switched off, and on again')
    play.host.power_on()
    terminal.type(
        page,
        'crm_resource --resource cmp1 --meta --delete-parameter target-role',
        meant,
    )
    terminal.type(
        page,
        'openstack compute service set --enable compute1.example.org '
        'nova-compute',
        meant,
    )
    play.wait_serving()
    play.require_untouched()


def _online(play: Play) -> bool:
    view = play.cluster.view()
    return view is None or view.nodes[play.host.name].online


def _power_lost(play: Play, terminal: Terminal) -> None:
    """Taken away at the BMC; and watched, as the page about the lab says."""
    lab, host = play.lab.config, play.host
    here = Terminal(
        play, login={'IPMI_PASSWORD': lab.bmc_password}, directory=PROJECT
    )
    play.fail(f'the power of {host.name} is taken away at its BMC')
    here.type(
        'install/verify',
        'ipmitool -I lanplus -H 192.0.2.11 -U nova-ha -E chassis power off',
        {'192.0.2.11': host.bmc.address, 'nova-ha': lab.bmc_user},
    )
    play.require(host.power_state() == 'off', 'it is off')
    play.wait(lambda: bool(play.state()), 60, 'a recovery to begin')
    page = 'contributor/lab'
    here.type(
        page,
        'export OS_CLIENT_CONFIG_FILE=$PWD/.lab/clouds.yaml '
        'OS_CLOUD=nova-ha-lab',
        {'$PWD/.lab': str(lab.base)},
    )
    found = here.type(
        page,
        '.tox/lab/bin/openstack ha recovery watch --host compute1',
        {'.tox/lab/bin': os.path.relpath(PROGRAMS, PROJECT)},
    )
    play.require('evacuated' in found, found)
    _recovered(play)


def _silent(play: Play, terminal: Terminal) -> None:
    """It runs on, and so do its guests until it is switched off."""
    host = play.host
    before = play.recovery()
    for uuid in play.instances:
        play.cloud.act(uuid, 'migrate', host=host.name)
        play.cloud.wait_for_status(uuid, 'VERIFY_RESIZE', 90)
        play.cloud.act(uuid, 'confirmResize')
        play.cloud.wait_for_status(uuid, 'ACTIVE')
    play.say(f'the instances are on {host.name} again, which falls silent')
    terminal.type(
        'install/verify',
        'kill -KILL $(pidof pacemaker-remoted)',
        machine=host.machine,
    )
    play.wait(
        lambda: play.recovery() != before, 60, 'another recovery to begin'
    )
    _recovered(play)


def _recovered(play: Play) -> None:
    play.wait_evacuated()
    play.bring_back()
    play.wait_serving()

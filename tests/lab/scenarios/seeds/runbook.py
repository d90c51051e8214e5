# SPDX-License-Identifier: Apache-2.0
"""What the runbook has typed with nova's own client, when it is needed."""

from tests.lab import disks
from tests.lab.cloud import OPEN_MIGRATIONS
from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios import guides
from tests.lab.scenarios.incidents import Incidents
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.stage import OPERATOR
from tests.lab.scenarios.stage import SPARE
from tests.lab.scenarios.terminal import row
from tests.lab.scenarios.terminal import Terminal
from tests.lab.scenarios.terminal import YES
from tests.lab.scenarios.tuning import tuned
from tests.lab.walkthrough import pages

SEED = 30
TITLE = (
    'Every line of the runbook with the client of nova, typed as it is '
    'written while what its page is about happens'
)
HOSTS = 4
ZONE = 'rack1'
HANGS = 75.0
"""Seconds that a guest takes to start where nothing seems to happen: longer
than its evacuation may take, and than its old host to come back."""
HURRY = {'evacuation': {'timeout': 15, 'settle': 5, 'attempts': 2}}
ATTENTIVE = {'guards': {'census_interval': 1}}
SPARES = {'spares': {'disabled_reason': SPARE}}
SNAPSHOTS = {
    'rules': [
        {
            'name': 'web',
            'when': {'name': 'web-*'},
            'set': {'disk': 'snapshot'},
        }
    ]
}
_SERVICES = 'openstack compute service list --service nova-compute'
_ENABLE = 'openstack compute service set --enable compute1 nova-compute'
_RECORDS = 'openstack server migration list --host compute1 --type evacuation'


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) != HOSTS:
        raise Skip(f'needs {HOSTS} compute hosts')
    incidents = Incidents(play)
    book = Runbook(play, incidents)
    for chapter in (
        book.cancelled,
        book.nova_away,
        book.no_scheduler,
        book.stands_still,
        book.no_room,
        book.spares,
        book.no_snapshot,
        book.spool_damaged,
    ):
        chapter()
        incidents.clear()
    book.require_all_typed()


class Runbook:
    """One page after another; in each of them something is wrong."""

    def __init__(self, play: Play, incidents: Incidents) -> None:
        self._play = play
        self._terminal = Terminal(play)
        self._incidents = incidents

    def _type(self, page: str, line: str, **more: object) -> str:
        return self._terminal.type(f'admin/runbook/{page}', line, **more)

    def _require(self, met: bool, what: str) -> None:
        self._play.require(met, what)

    # -- chapters

    def cancelled(self) -> None:
        """A recovery is cancelled, and a person does all of it by hand."""
        play, page = self._play, 'after-cancel'
        play.manage('mode', 'set', 'paused', '--reason', 'by hand')
        (instance,) = play.boot(1)
        self._incidents.lose_power(play.host)
        play.wait_state('held')
        play.cluster.run(
            *('nova-ha-manage', '--config-file', CONFIG_FILE),
            *('recovery', 'cancel', play.host.name),
            text=YES,
        )
        service = play.service()
        self._require(
            service['forced_down'] and service['status'] == 'disabled',
            f'nova has it down and disabled: {service}',
        )
        found = self._type(page, _RECORDS)
        self._require(instance not in found, f'it has no record: {found}')
        self._type(
            page,
            'openstack --os-compute-api-version 2.53 server evacuate INSTANCE',
            instead={'INSTANCE': instance},
        )
        play.wait(
            lambda: bool(play.started([instance])), 60, 'it to run elsewhere'
        )
        play.cloud.wait_for_status(instance, 'ACTIVE')
        found = self._type(page, _RECORDS)
        self._require(' done ' in found, f'its record is done: {found}')
        self._play.require_guests_right()
        play.bring_back()
        play.wait(
            lambda: {'completed'} == self._statuses(),
            90,
            'nova-compute to have seen to the record',
        )
        found = self._type(page, _RECORDS)
        self._require(' done ' not in found, f'none is done: {found}')
        self._type(
            page,
            'openstack compute service set --up compute1 nova-compute',
        )
        self._type(page, _ENABLE)
        play.wait_serving()
        play.manage('mode', 'set', 'armed', '--reason', 'it is over')

    def nova_away(self) -> None:
        """Nova's API does not answer; then the store is lost as well."""
        play, api = self._play, self._play.lab.nova_api
        play.boot(1)
        with self._incidents.stopped(api):
            self._incidents.lose_power(play.host)
            self._incidents.wait_told('nova is not told yet: ')
            self._type('nova-away', _SERVICES, code=1)
        self._incidents.wait_evacuated()
        found = self._type('nova-away', _SERVICES)
        self._require(
            row(found, play.host.name)[4:6] == ['disabled', 'down'],
            f'nova has been told: {found}',
        )
        play.say('the database of nova-ha is lost, and an empty one is made')
        play.lab.mariadb.empty('nova_ha')
        play.manage('db', 'sync')
        found = self._terminal.type('admin/store', f'{_SERVICES} --long')
        self._require(
            'nova-ha: recovery' in ' '.join(row(found, play.host.name)),
            f'nova has the mark of the recovery: {found}',
        )
        play.wait(play.recovery, 90, 'the recovery to be found again')
        self._incidents.bring_back(play.host)

    def no_scheduler(self) -> None:
        """Nova calls its only scheduler down."""
        play, page = self._play, 'held-by-control-plane'
        play.boot(1)
        with (
            tuned(play, ATTENTIVE),
            self._incidents.stopped(play.lab.nova_scheduler),
        ):
            play.wait(
                lambda: self._state('nova-scheduler') == 'down',
                120,
                'nova to call the scheduler down',
            )
            self._incidents.lose_power(play.host)
            self._incidents.wait_told('control plane: no nova-scheduler is up')
            found = self._type(
                page,
                'openstack compute service list --service nova-scheduler',
            )
            self._require(row(found, 'nova-scheduler')[5] == 'down', found)
            found = self._type(
                page,
                'openstack compute service list --service nova-conductor',
            )
            self._require(row(found, 'nova-conductor')[5] == 'up', found)
        self._incidents.wait_evacuated(timeout=180)
        self._incidents.bring_back(play.host)

    def stands_still(self) -> None:
        """Nothing ends; the host comes back, and nova is still at work."""
        play = self._play
        play.boot(1)
        with tuned(play, HURRY):
            for other in play.others():
                other.set_knobs(spawn_delay=HANGS)
            self._incidents.lose_power(play.host)
            play.wait(
                lambda: bool(self._statuses() & OPEN_MIGRATIONS),
                90,
                'nova to be at work on the evacuation',
            )
            self._look_at_records('evacuations-stand-still')
            play.wait_state('evacuation_failed', timeout=90)
            play.bring_back()
            self._incidents.wait_told('the gate stays shut: ')
            self._look_at_records('gate-stays-shut')
            for other in play.others():
                other.set_knobs()
            play.wait_serving(timeout=240)

    def _look_at_records(self, page: str) -> None:
        found = self._type(page, 'openstack compute service list')
        self._require(
            all(
                row(found, binary)[5] == 'up'
                for binary in ('nova-conductor', 'nova-scheduler')
            ),
            f'it is not the control plane: {found}',
        )
        found = self._type(page, _RECORDS)
        self._require(
            any(f' {status} ' in found for status in OPEN_MIGRATIONS),
            f'a record is open: {found}',
        )

    def no_room(self) -> None:
        """All other hosts are disabled; one is enabled."""
        play, last = self._play, self._play.hosts[-1]
        play.boot(1)
        for other in play.others():
            play.cloud.update_service(
                other.name, status='disabled', disabled_reason=OPERATOR
            )
        # Else it would be back, with its instances, before there is room.
        play.host.break_board()
        with tuned(play, {'evacuation': {'attempts': 2, 'backoff': 1}}):
            self._incidents.lose_power(play.host)
            play.wait_state('evacuation_failed')
            self._incidents.wait_told('parked for want of room')
            self._type(
                'parked',
                'openstack compute service set --enable compute4 nova-compute',
            )
            play.wait(
                lambda: bool(play.started(play.instances)),
                90,
                'it to run elsewhere',
            )
            self._incidents.wait_evacuated()
        play.host.mend_board()
        self._require(
            {play.where(uuid) for uuid in play.instances} == {last.name},
            f'all run on {last.name}',
        )
        for other in play.others():
            play.cloud.update_service(other.name, status='enabled')
        self._incidents.bring_back(play.host)

    def spares(self) -> None:
        """The only one stands in, for the next there is none; given back."""
        play, spare = self._play, self._play.hosts[-1]
        play.cloud.create_zone(ZONE, play.host.name)
        play.cloud.update_service(
            spare.name, status='disabled', disabled_reason=SPARE
        )
        with tuned(play, SPARES, reserved=[spare.name]):
            (web,) = play.boot(1, name='web', zone=ZONE)
            self._incidents.lose_power(play.host)
            self._incidents.wait_evacuated()
            self._require(
                play.where(web) == spare.name, 'web-1 runs on the spare'
            )
            self._none_left(play.hosts[1], spare)
            self._incidents.bring_back(play.host)
            self._incidents.wait_told(
                f'{spare.name} is no spare while it is in use'
            )
            self._type(
                'spare-in-use',
                'openstack server migrate --live-migration web-1',
            )
            play.wait(
                lambda: play.where(web) == play.host.name, 90, 'it to move'
            )
            play.cloud.wait_for_status(web, 'ACTIVE')
            play.wait(
                lambda: play.service(spare)['disabled_reason'] == SPARE,
                90,
                'the spare to be given back',
            )
        play.cloud.update_service(spare.name, status='enabled')

    def _none_left(self, host: RemoteHost, spare: RemoteHost) -> None:
        self._play.boot(1, host, zone=f'nova:{host.name}')
        others = [other for other in self._play.hosts if other is not host]
        for other in others:
            # Who has no instance left that waits needs no spare.
            other.set_knobs(spawn_hold=True)
        self._incidents.lose_power(host)
        self._incidents.wait_told(f'no spare is left for {host.name}: ')
        for other in others:
            other.set_knobs()
        found = self._type('no-spare-left', _SERVICES)
        self._require(
            row(found, spare.name)[4] == 'enabled'
            and row(found, host.name)[4:6] == ['disabled', 'down'],
            f'{spare.name} is in use, and {host.name} is away: {found}',
        )
        self._incidents.wait_evacuated(host)
        self._incidents.bring_back(host)

    def no_snapshot(self) -> None:
        """Of an instance that would be put back from one."""
        play, page = self._play, 'snapshot-missing'
        (web,) = play.boot(1, name='web')
        report = 'nova-ha-manage snapshots report'
        with tuned(play, rules=SNAPSHOTS):
            found = self._type(page, report, code=1)
            self._require(web in found, f'it has none: {found}')
            self._type(
                page,
                'openstack server image create --name web-1-snapshot web-1',
            )
            play.wait(
                lambda: 'active' in disks.images(play.cloud, web).values(),
                90,
                'the snapshot to be active',
            )
            play.cloud.wait_for_status(web, 'ACTIVE')
            self._type(page, report)
        for image in disks.images(play.cloud, web):
            play.cloud.image.delete(f'/v2/images/{image}')

    def spool_damaged(self) -> None:
        """The database is away, and what is spooled meanwhile is damaged."""
        play, page = self._play, 'spool-corrupt'
        play.boot(1)
        spool = play.stack.controllers[0].machine.directory / 'nova-ha/spool'
        with self._incidents.stopped(play.lab.mariadb):
            self._incidents.lose_power(play.host)
            play.wait(
                lambda: list(spool.glob('*.json')),
                60,
                'the power-off to be in the spool',
            )
            for path in spool.glob('*.json'):
                path.write_text('{')
            play.say('its record is damaged')
        self._incidents.wait_told(
            'tells of a verified power-off but cannot be read'
        )
        found = self._type(page, _SERVICES)
        self._require(bool(row(found, play.host.name)), found)
        self._incidents.wait_evacuated(timeout=240)
        for path in spool.glob('*.corrupt'):
            path.unlink()
        self._incidents.bring_back(play.host)

    # -- around them

    def require_all_typed(self) -> None:
        """Nothing of the client's that the runbook has was left out.

        But for what it has from the guides: the scenario documented types
        that.
        """
        directory = pages.SOURCE / 'admin/runbook'
        known = guides.all_shown()
        left = [
            (path.stem, line)
            for path in sorted(directory.glob('*.rst'))
            for line in pages.lines(f'admin/runbook/{path.stem}')
            if line.startswith('openstack ')
            and not line.startswith('openstack ha ')
            and line not in known
            and (f'admin/runbook/{path.stem}', line)
            not in self._terminal.typed
        ]
        self._require(not left, f'all is typed, but for {left}')

    def _statuses(self) -> set[str]:
        """Of the evacuations of the chapter's instances, in nova."""
        return {
            each['status']
            for each in self._play.cloud.migrations(self._play.host.name)
            if each['instance_uuid'] in self._play.instances
        }

    def _state(self, binary: str) -> str:
        """Of a service of the control plane, up or down."""
        path = f'/os-services?binary={binary}'
        answer = self._play.cloud.compute.get(path).json()
        found: str = answer['services'][0]['state']
        return found

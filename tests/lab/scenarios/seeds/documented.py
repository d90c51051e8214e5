# SPDX-License-Identifier: Apache-2.0
"""What the administrator's guides say, typed as they say it."""

import contextlib

import yaml

from tests.lab import disks
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios import guides
from tests.lab.scenarios.play import EVACUATED
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.terminal import Terminal
from tests.lab.scenarios.tuning import tune
from tests.lab.scenarios.tuning import tuned

SEED = 27
TITLE = (
    'Every command line of the guides to rules, states, order, disks, guards, '
    'pace, spares and capacity, typed as it is written'
)
FEWEST = 4
ZONE = 'rack1'
SPARE = 'spare'
AMPHORA = 'amphora-6f1c3b8e-1111-4222-8333-44445555aaaa'
OVER = (EVACUATED, 'returning', 'completed')
OPTIONS = {
    'guards': {'flap_failures': 1},
    # Enough for the spare to be there before the last of them.
    'evacuation': {'attempts': 3, 'backoff': 2},
    'spares': {'disabled_reason': SPARE},
}
STEADY = {**OPTIONS, 'guards': {'flap_failures': 0}}


def play(play: Play) -> None:
    """Play it."""
    if len(play.hosts) < FEWEST:
        raise Skip(f'needs {FEWEST} compute hosts')
    guide = Guide(play)
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(guide.clean)
        cleanup.enter_context(
            tuned(play, OPTIONS, guide.rules, [guide.spare.name])
        )
        guide.capacity()
        guide.reserve()
        guide.explain()
        guide.disks()
        guide.states()
        guide.hold_and_release()
        guide.affinity()
        guide.give_back()
        guide.observe()
        guide.fence()
    guide.terminal.require_all_played()


class Guide:
    """The guides' examples, one chapter after another.

    :ivar spare: the host that the guides call compute6.
    """

    def __init__(self, play: Play) -> None:
        self._play = play
        self.terminal = Terminal(play)
        self._run = self.terminal.run
        self.spare = play.hosts[-1]
        self._names = {
            'compute6.example.org': self.spare.name,
            'compute6': self.spare.name,
        }
        self._rules_text = guides.block(
            guides.page('rules'), 'With these rules::'
        )
        self.rules = yaml.safe_load(self._rules_text)
        self._group = ''
        self._image = ''
        self._web = ''
        self._licence = ''
        self._pair: list[str] = []

    def clean(self) -> None:
        """Remove what a lab made good would not miss."""
        cloud = self._play.cloud
        if self._play.service(self.spare)['disabled_reason'] == SPARE:
            cloud.update_service(self.spare.name, status='enabled')
        if self._image:
            cloud.image.delete(f'/v2/images/{self._image}')
        for each in cloud.compute.get('/os-server-groups').json()[
            'server_groups'
        ]:
            cloud.compute.delete(f'/os-server-groups/{each["id"]}')

    def _require(self, met: bool, what: str) -> None:
        self._play.require(met, what)

    # -- capacity

    def capacity(self) -> None:
        """A cloud in which any host may be lost."""
        for host in self._play.hosts[1:3]:
            self._play.boot(1, host)
        found = self._run('nova-ha-manage capacity')
        self._require('The cloud bears the loss of any' in found, found)
        self._run('nova-manage cell_v2 list_hosts >cells.txt')
        found = self._run('nova-ha-manage capacity --cells cells.txt')
        self._require('in one cell' not in found, 'its cells are known')

    def reserve(self) -> None:
        """A spare, and a zone with nothing but one host in it."""
        play = self._play
        self._run(
            'openstack compute service set --disable --disable-reason spare '
            'compute6.example.org nova-compute',
            self._names,
        )
        service = play.service(self.spare)
        self._require(
            service['disabled_reason'] == SPARE, 'nova has its reason'
        )
        found = self._run('nova-ha-manage spare list')
        self._require(self.spare.name in found and SPARE in found, found)
        play.cloud.create_zone(ZONE, play.host.name)
        (self._web,) = play.boot(1, name='web', zone=ZONE)
        (self._licence,) = play.boot(1, name='licence', zone=ZONE)
        amphora = play.cloud.boot(AMPHORA, zone=ZONE)
        play.cloud.wait_for_status(amphora, 'ACTIVE', 120)
        self._group = play.cloud.create_group('pair', 'affinity')
        self._pair = play.boot(2, name='pair', zone=ZONE, group=self._group)
        play.instances.append(amphora)
        found = self._run('nova-ha-manage capacity --host compute1', code=2)
        self._require('Without a place' in found, found)

    # -- what is decided

    def explain(self) -> None:
        """With the very rules of the guide."""
        play = self._play
        self._require_outcome('nova-ha-manage explain web-1', 'stays')
        self._require_outcome(
            'nova-ha-manage explain licence-1', "'licensed to one host'"
        )
        self._require_outcome(
            'nova-ha-manage explain '
            'amphora-6f1c3b8e-1111-4222-8333-44445555aaaa',
            'Octavia',
        )
        play.cloud.create_aggregate('rbd-1', play.host.name)
        self._run(
            'openstack aggregate set --property nova_ha:storage=shared rbd-1'
        )
        self._require_outcome('nova-ha-manage explain web-1', 'evacuated')
        (self.terminal.directory / 'new.yaml').write_text(self._rules_text)
        found = self._run(
            'nova-ha-manage explain --host compute1 --rules new.yaml'
        )
        self._require('(new.yaml line ' in found, found)

    def _require_outcome(self, line: str, outcome: str) -> None:
        found = self._run(line)
        told = ' '.join(found.replace('|', ' ').split())
        self._require(outcome in told, f'{outcome}: {found}')

    def disks(self) -> None:
        """Snapshots, putting one back, and the tag for backups."""
        play = self._play
        for line in (
            'nova-ha-manage snapshots report',
            'nova-ha-manage snapshots report --host compute1 --max-age 86400',
            'nova-ha-manage snapshots report --format json',
        ):
            found = self._run(line, code=1)
            self._require(self._web in found, found)
        play.host.write(self._web, 'before the snapshot')
        self._image = disks.take(play.cloud, self._web)
        play.host.write(self._web, 'after it')
        self._run(
            'openstack server rebuild --image SNAPSHOT INSTANCE',
            {'SNAPSHOT': self._image, 'INSTANCE': self._web},
        )
        play.wait(
            lambda: (
                disks.contents(play.lab, self._web) == 'before the snapshot'
            ),
            60,
            'the guest to find what the snapshot has',
        )
        play.cloud.wait_for_status(self._web, 'ACTIVE')
        self._run(
            'openstack --os-compute-api-version 2.26 server set '
            '--tag nova-ha-backup INSTANCE',
            {'INSTANCE': self._web},
        )
        tags = play.cloud.server(self._web)['tags']
        self._require(tags == ['nova-ha-backup'], f'it has the tag: {tags}')

    def states(self) -> None:
        """What is left to people."""
        play = self._play
        licence = self._licence
        self._run(
            'openstack server set --state active SERVER', {'SERVER': licence}
        )
        self._run(
            'openstack server set --state active INSTANCE',
            {'INSTANCE': licence},
        )
        self._run('openstack server rescue SERVER', {'SERVER': licence})
        play.cloud.wait_for_status(licence, 'RESCUE')
        play.cloud.act(licence, 'unrescue')
        play.cloud.wait_for_status(licence, 'ACTIVE')
        play.cloud.act(licence, 'shelve')
        play.cloud.wait_for_status(licence, 'SHELVED_OFFLOADED')
        self._run('openstack server unshelve SERVER', {'SERVER': licence})
        play.cloud.wait_for_status(licence, 'ACTIVE')

    # -- a host fails

    def hold_and_release(self) -> None:
        """While nova-ha is paused; it is said to be flapping afterwards."""
        play = self._play
        host = play.host
        self._run(
            'nova-ha-manage mode set paused '
            "--reason 'the network is being mended'"
        )
        play.fail(f'{host.name} loses its power')
        host.power_off()
        play.wait_state('held')
        found = self._run('nova-ha-manage recovery list')
        self._require(host.name in found and 'held' in found, found)
        self._run('nova-ha-manage recovery release compute1')
        play.wait(
            lambda: (
                bool(play.started([self._web]))
                and play.where(self._web) == self.spare.name
            ),
            120,
            f'{self._web} to run on the spare',
        )

    def affinity(self) -> None:
        """A group that nova does not evacuate, and what to do about it."""
        play = self._play
        play.wait_state('evacuation_failed', timeout=180)
        recovery = play.recovery()
        assert recovery is not None
        names = {'RECOVERY': recovery['uuid']}
        found = self._run('nova-ha-manage recovery show RECOVERY', names)
        self._require('affinity_stranded' in found, found)
        self._require(not play.started(self._pair), 'the pair is left behind')
        self._run(
            'openstack server group delete GROUP', {'GROUP': self._group}
        )
        self._run('nova-ha-manage recovery retry RECOVERY', names)
        play.wait_state(*OVER)
        self._run(
            "nova-ha-manage mode set armed --reason 'the network is well'"
        )
        self._require(
            len(play.started(self._pair)) == len(self._pair),
            'both of the pair run again',
        )

    def give_back(self) -> None:
        """The spare, and the host that is kept out."""
        play = self._play
        found = self._run('nova-ha-manage spare list --all -f json')
        self._require('lent' in found, found)
        found = self._run(
            'nova-ha-manage spare give-back compute6', self._names
        )
        self._require('giving_back' in found, found)
        play.wait(
            lambda: play.service(self.spare)['status'] == 'disabled',
            30,
            'the spare to be disabled again',
        )
        play.wait(
            lambda: 'flapping' in (play.service()['disabled_reason'] or ''),
            60,
            'the host to be kept out',
        )
        self._run('nova-ha-manage recovery let-return compute1')
        self._return(play.host)
        for uuid in (self._web, *self._pair):
            self._move_home(uuid)
        play.wait(
            lambda: not self._lent(), 60, 'the spare to have left the zone'
        )

    def observe(self) -> None:
        """The next failure is watched only, and then recovered; spare kept."""
        play = self._play
        tune(play, STEADY, self.rules, [self.spare.name])
        before = play.recovery()
        assert before is not None
        self._run("nova-ha-manage mode set observe --reason 'the first week'")
        play.say(f'{play.host.name} loses its power')
        play.host.power_off()
        play.wait(
            lambda: play.host.name in play.ask('rehearsal', 'list'),
            90,
            'it to be on record',
        )
        found = self._run('nova-ha-manage rehearsal list')
        self._require(play.host.name in found, found)
        found = self._run('nova-ha-manage rehearsal show compute1')
        self._require(self._web in found, found)
        self._run(
            "nova-ha-manage mode set armed --reason 'the network is well'"
        )
        play.wait(
            lambda: (play.recovery() or before)['uuid'] != before['uuid'],
            300,
            'Pacemaker to ask again',
        )
        play.wait(self._lent, 120, 'the spare to be in the zone again')
        play.wait_state(*OVER, timeout=180)
        self._run('nova-ha-manage spare keep compute6', self._names)
        found = self._run('nova-ha-manage spare list --all -f json')
        self._require('kept' in found, found)
        self._return(play.host)
        self._require(
            play.service(self.spare)['status'] == 'enabled' and self._lent(),
            'the spare serves on',
        )

    def fence(self) -> None:
        """An operator has a host fenced."""
        play = self._play
        host = play.hosts[1]
        self._run('nova-ha-manage fence HOST', {'HOST': host.name})
        play.wait_state(*OVER, host=host)
        self._return(host)

    # -- around it

    def _return(self, host: RemoteHost) -> None:
        """It serves, and somebody starts what has waited for it there."""
        play = self._play
        play.bring_back(host)
        play.wait_serving(host)
        for server in play.cloud.servers(host.name):
            play.cloud.act(server['id'], 'reboot', type='HARD')
            play.cloud.wait_for_status(server['id'], 'ACTIVE')

    def _move_home(self, uuid: str) -> None:
        cloud = self._play.cloud
        cloud.act(uuid, 'migrate', host=self._play.host.name)
        cloud.wait_for_status(uuid, 'VERIFY_RESIZE', 90)
        cloud.act(uuid, 'confirmResize')
        cloud.wait_for_status(uuid, 'ACTIVE')

    def _lent(self) -> bool:
        """Whether the spare is in the zone of the host that failed."""
        return any(
            self.spare.name in each['hosts'] and each['name'] == ZONE
            for each in self._play.cloud.aggregates()
        )

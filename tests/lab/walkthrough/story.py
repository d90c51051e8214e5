# SPDX-License-Identifier: Apache-2.0
"""The page for people, from the first look to a host that is back.

Its lines are typed in its order, but for a few that make sense elsewhere. Most
are about compute1; in chapters of other failures another host is meant, for
one that fails three times within an hour is kept out (``[guards]
flap_failures``), as compute3 is in the end.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import json

from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios.play import EVACUATED
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.stage import OVER
from tests.lab.walkthrough import pages
from tests.lab.walkthrough.install import Installation
from tests.lab.walkthrough.typist import Typist

STARTED = 2
"""Instances on each of the hosts that fail."""

ZONE = 'rack1'

DONE = (EVACUATED, 'returning', *OVER)


class Story:
    """The walk-through, chapter by chapter.

    :ivar transcripts: by name, the lines that are shown and what they print.
    """

    def __init__(
        self, play: Play, shell: Typist, installation: Installation
    ) -> None:
        self.transcripts: dict[str, Sequence[tuple[str, str]]] = {}
        self._play = play
        self._shell = shell
        self._type = shell.type
        self._installation = installation
        self._first, self._second, self._third, self._spare = play.hosts[:4]

    def chapters(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Each with its title, in the order of the page."""
        yield 'before anything happens', self._before_anything_happens
        yield 'a host fails', self._failure
        yield 'what happened', self._afterwards
        yield 'a BMC that is dead', self._fence_failed
        yield 'held by a guard', self._held
        yield 'instances that stayed behind', self._evacuation_failed
        yield 'kept out, and let in', self._kept_out
        yield 'a recovery by hand', self._by_hand
        yield 'planned work', self._planned_work
        yield 'spares', self._spares
        yield 'in scripts', self._in_scripts

    def _keep(self, name: str, *lines: str) -> None:
        """What these lines have printed is shown under this name."""
        shown = self._shell.shown
        self.transcripts[name] = [(line, shown[line]) for line in lines]

    def _require(self, met: bool, what: str) -> None:
        self._play.require(met, what)

    # -- chapters

    def _before_anything_happens(self) -> None:
        play = self._play
        if not play.cloud.servers():
            self._boot()
        self._type('export OS_CLOUD=mycloud')
        self._type('openstack ha health show')
        self._keep('health-show', 'openstack ha health show')
        found = self._type('openstack ha host list')
        self._require(
            all(host.name in found for host in play.hosts)
            and play.stack.controllers[0].name not in found,
            f'the compute hosts are shown, and nothing else: {found}',
        )
        self._keep('host-list', 'openstack ha host list')
        found = self._type(
            'openstack ha host list --not-protected -f csv -c Host '
            "-c 'Why Not'"
        )
        self._require(
            found.splitlines() == ['"Host","Why Not"'],
            f'every host is protected: {found}',
        )
        self._type('openstack ha host show compute1')
        self._type('openstack ha host check')
        self._keep('host-check', 'openstack ha host check')
        found = self._type(
            'openstack ha explain server web-1',
            instead={'web-1': play.instances[0]},
        )
        self._require('Ceph' in found, f'the rule is named: {found}')
        self._keep('explain-server', 'openstack ha explain server web-1')
        self._type('openstack ha explain host compute1')
        self._type('openstack ha capacity show')
        self._keep('capacity-show', 'openstack ha capacity show')
        self._type('openstack ha snapshot report', codes=(0, 1))

    def _boot(self) -> None:
        """Instances, one of which the page knows by its name."""
        play = self._play
        play.boot(3, self._first, name='web')
        play.boot(STARTED, self._second, name='db')
        play.boot(STARTED, self._third, name='batch')

    def _failure(self) -> None:
        """A host loses its power while somebody watches."""
        play = self._play
        line = 'openstack ha recovery watch --host compute1'
        watching = self._shell.begin(line)
        try:
            play.fail(f'{self._first.name} loses its power')
            self._first.power_off()
            found = self._shell.ended(watching)
        finally:
            watching.stop()
        self._require('evacuated' in found, found)
        self._keep('recovery-watch', line)
        play.wait_evacuated(self._first)

    def _afterwards(self) -> None:
        follow = self._shell.begin('openstack ha event list compute1 --follow')
        try:
            self._type('openstack ha recovery list')
            self._type('openstack ha recovery list --active')
            self._type(
                'openstack ha recovery list --host compute1 '
                '--changes-since 2026-05-04'
            )
            self._returned(self._first)
            self._shell.ended(follow)
        finally:
            follow.stop()
        self._type('openstack ha recovery list')
        self._keep('recovery-list', 'openstack ha recovery list')
        found = self._type('openstack ha recovery show compute1')
        self._require('completed' in found, found)
        self._keep('recovery-show', 'openstack ha recovery show compute1')
        self._type('openstack ha evacuation list compute1')
        self._type(
            'openstack ha evacuation list compute1 --state failed --long'
        )
        self._type('openstack ha event list compute1')

    def _fence_failed(self) -> None:
        """A BMC is dead: of a host that runs, and then with its host."""
        play, host = self._play, self._second
        meant = self._meant(host)
        # Pacemaker, which finds nothing wrong, asks for nothing here.
        host.bmc.stop()
        self._type(self._create, codes=(1,), instead=meant)
        play.wait_state('fence_failed', host=host)
        self._type('openstack ha recovery cancel compute1', instead=meant)
        self._require(play.state(host) == 'cancelled', 'it is cancelled')
        play.wait_serving(host)
        self._type(self._create, codes=(1,), instead=meant)
        play.wait_state('fence_failed', host=host)
        host.bmc.start()
        self._type('openstack ha recovery retry compute1', instead=meant)
        self._over(host)
        play.boot(STARTED, host, name='mail')
        self._lose_with_bmc(host)
        self._type(
            'openstack ha recovery confirm off compute1',
            instead=meant,
            answer='yes\n',
        )
        play.wait_state(*DONE, host=host)
        host.bmc.start()
        self._returned(host)

    def _lose_with_bmc(self, host: RemoteHost) -> None:
        play = self._play
        host.bmc.stop()
        play.say(f'{host.name} loses its power, its BMC included')
        host.power_off()
        play.wait_state('fence_failed', host=host, timeout=240)

    def _held(self) -> None:
        play, host = self._play, self._third
        self._type(
            "openstack ha mode set paused --reason 'the core switch is "
            "replaced'"
        )
        self._lose(host)
        play.wait_state('held', host=host)
        self._type(
            'openstack ha recovery release compute1', instead=self._meant(host)
        )
        self._over(host)
        self._type(
            "openstack ha mode set armed --reason 'the switch is in place'"
        )

    def _evacuation_failed(self) -> None:
        """No guest can be started elsewhere, for a while.

        Nor can the host be switched on; once it is, its instances go on there
        and nothing is to be tried again.
        """
        play, host = self._play, self._third
        meant = self._meant(host)
        play.boot(STARTED, host, name='late')
        others = [each for each in play.hosts if each is not host]
        for other in others:
            other.set_knobs(spawn_fail=True)
        host.break_board()
        try:
            self._lose(host)
            play.wait_state('evacuation_failed', host=host, timeout=240)
            found = self._type(
                'openstack ha evacuation list compute1 --state failed --long',
                instead=meant,
            )
            self._require('late-1' in found, found)
        finally:
            for other in others:
                other.set_knobs()
        self._type(
            'openstack ha recovery retry compute1 --wait', instead=meant
        )
        host.mend_board()
        self._returned(host)

    def _kept_out(self) -> None:
        """A host that fails for the third time within an hour."""
        play, host = self._play, self._third
        self._lose(host)
        play.wait(
            lambda: 'flapping' in self._message(host),
            240,
            f'{host.name} to be kept out',
        )
        self._type(
            'openstack ha recovery let return compute1',
            instead=self._meant(host),
        )
        self._returned(host)

    def _by_hand(self) -> None:
        play = self._play
        line = self._create
        if not play.cloud.servers(self._first.name):
            play.boot(STARTED, self._first, name='shop')
        found = self._type(line)
        self._require(EVACUATED in found, found)
        self._keep('recovery-create', line)
        self._returned(self._first)

    def _planned_work(self) -> None:
        """Modes; and what would have been done, had it not been observed."""
        play, host = self._play, self._first
        self._type(
            "openstack ha mode set paused --reason 'the core switch is "
            "replaced'"
        )
        self._type('openstack ha mode show')
        self._type(
            "openstack ha mode set armed --reason 'the switch is in place'"
        )
        self._reserve()
        play.boot(STARTED, host, name='cart', zone=ZONE)
        self._type("openstack ha mode set observe --reason 'first weeks'")
        self._lose(host)
        play.wait(
            lambda: host.name in play.ask('rehearsal', 'list'),
            120,
            'it to be on record',
        )
        self._type('openstack ha rehearsal list')
        self._type('openstack ha rehearsal show compute1')

    def _spares(self) -> None:
        """The host is recovered now, and a spare stands in for it."""
        play, host = self._play, self._first
        before = play.recovery(host)
        meant = {'spare1': self._spare.name}
        self._type(
            "openstack ha mode set armed --reason 'the switch is in place'"
        )
        play.wait(
            lambda: play.recovery(host) != before,
            300,
            'Pacemaker to ask again',
        )
        play.wait(
            lambda: self._loan() == 'lent', 120, 'the spare to be on loan'
        )
        self._type('openstack ha spare list', instead=meant)
        play.wait_state(*DONE, host=host, timeout=240)
        self._type('openstack ha spare give back spare1', instead=meant)
        # It cannot be empty yet, and so can still be kept.
        self._type('openstack ha spare keep spare1', instead=meant)
        if 'flapping' in self._message(host):
            self._type('openstack ha recovery let return compute1')
        self._returned(host)

    def _in_scripts(self) -> None:
        host = self._second
        watch, *others = pages.lines(pages.USER_PAGE)[-3:]
        watching = self._shell.begin(watch, self._meant(host))
        try:
            self._lose(host)
            self._shell.ended(watching)
        finally:
            watching.stop()
        for line in others:
            self._type(line)
        self._returned(host)

    # -- around it

    @property
    def _create(self) -> str:
        lines = pages.lines(pages.USER_PAGE)
        return next(each for each in lines if 'recovery create' in each)

    def _meant(self, host: RemoteHost) -> Mapping[str, str]:
        return {'compute1': host.name}

    def _lose(self, host: RemoteHost) -> None:
        self._play.say(f'{host.name} loses its power')
        host.power_off()

    def _over(self, host: RemoteHost) -> None:
        """Its instances run elsewhere, and it serves again."""
        self._play.wait_state(*DONE, host=host, timeout=240)
        self._returned(host)

    def _returned(self, host: RemoteHost) -> None:
        self._play.bring_back(host)
        self._play.wait_serving(host, timeout=300)

    def _message(self, host: RemoteHost) -> str:
        found = self._play.recovery(host) or {'message': ''}
        return str(found['message'] or '')

    def _reserve(self) -> None:
        """One host becomes a spare, and the first is alone in its zone."""
        play, spare = self._play, self._spare
        play.cloud.create_zone(ZONE, self._first.name)
        for server in play.cloud.servers(spare.name):
            play.cloud.delete(server['id'])
            with contextlib.suppress(ValueError):
                play.instances.remove(server['id'])
        play.wait(
            lambda: not play.cloud.servers(spare.name),
            60,
            f'{spare.name} to be empty',
        )
        self._installation.write_hosts(spare.name)
        self._installation.reload()
        play.cloud.update_service(
            spare.name, status='disabled', disabled_reason='spare'
        )

    def _loan(self) -> str:
        for each in json.loads(self._play.ask('spare', 'list', '-f', 'json')):
            if each.get('spare', each.get('host')) == self._spare.name:
                return str(each['state'])
        return ''

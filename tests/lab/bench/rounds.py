# SPDX-License-Identifier: Apache-2.0
"""One round: a host dies, a client brings its instances back, it returns."""

import time

from tests.lab import apilog
from tests.lab import guests
from tests.lab.bench import measure
from tests.lab.bench.contestants import Contestant
from tests.lab.bench.machine import Machine
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.progress import Progress
from tests.lab.waiting import wait_until

REST = 3.0
"""Seconds of rest before the host dies, so that booting is over and done."""

BOOT_TRIES = 5
BOOT_PAUSE = 20.0
"""Seconds until booting is tried again."""

PREFIX = 'bench'


class Rounds:
    """Plays rounds on one host of a lab that is up.

    :param patience: seconds to wait, before each recovery, for the machine
        to be quiet; then it begins all the same.
    """

    def __init__(
        self,
        lab: Lab,
        host: str,
        window: int,
        patience: float,
        progress: Progress,
    ) -> None:
        self._lab = lab
        self._host = lab.host(host)
        self._window = window
        self._patience = patience
        self._progress = progress
        self._machine = Machine(lab)

    def play(self, contestant: Contestant, size: int) -> measure.Run:
        """Play one round; the lab is afterwards as it was before."""
        who = f'{contestant.name}, {size} instances'
        with self._progress.step(f'{who}: booting'):
            instances = self._boot(size)
            time.sleep(REST)
            self._machine.wait_quiet(self._patience)
        position = self._lab.nova_api.log.stat().st_size
        user = self._user_id(contestant.user)
        with self._progress.step(f'{who}: recovering'):
            self._host.crash()
            usage = self._machine.watch()
            began = contestant.recover(self._host, 60 + 5 * size)
            used = usage()
        run = measure.run(
            began,
            used,
            self._host.name,
            instances,
            guests.read_journal(self._lab.config.journal),
            self._requests(position, user),
            self._window,
        )
        if len(run.back) != size:
            raise LabError(f'{len(run.back)} of {size} instances are back')
        with self._progress.step(f'{who}: the host returns'):
            self._host.power_on()
            contestant.take_back(self._host)
            self._lab.wait_ready()
            self.clear()
        return run

    def require_ready(self) -> None:
        """See that the host can be used, and delete what is left.

        :raises LabError: an earlier run was broken off in the middle.
        """
        service = self._lab.cloud.services()[self._host.name]
        if service['state'] != 'up' or service['status'] != 'enabled':
            raise LabError(
                f'{self._host.name} is {service["status"]} and '
                f'{service["state"]} in nova; begin afresh: '
                'python -m tests.lab down --wipe'
            )
        self.clear()

    def clear(self) -> None:
        """Delete the instances of a round."""
        cloud = self._lab.cloud
        for server in self._ours():
            cloud.delete(server)
        wait_until(lambda: not self._ours(), 120, 'the instances to go', 0.5)

    def _ours(self) -> list[str]:
        return [
            server['id']
            for server in self._lab.cloud.servers()
            if server['name'].startswith(PREFIX)
        ]

    def _boot(self, size: int) -> list[str]:
        """Boot so many, all or none.

        Placement may take a host that has just been enabled for disabled
        until its nova-compute has reported its resources again (60 s).
        """
        for _ in range(BOOT_TRIES):
            if self._boot_once(size):
                return self._ours()
            self.clear()
            time.sleep(BOOT_PAUSE)
        raise LabError(f'{size} instances could not be booted')

    def _boot_once(self, size: int) -> bool:
        """In one request, which is quickest."""
        cloud = self._lab.cloud
        server = {
            'name': PREFIX,
            'flavorRef': '1',
            'imageRef': cloud.image_id,
            'networks': 'none',
            'host': self._host.name,
            'min_count': size,
        }
        cloud.compute.post('/servers', json={'server': server})
        wait_until(
            lambda: self._settled(size),
            60 + 5 * size,
            f'{size} instances to be active',
            1.0,
        )
        return 'ERROR' not in self._states()

    def _settled(self, size: int) -> bool:
        states = self._states()
        return 'ERROR' in states or states.count('ACTIVE') >= size

    def _states(self) -> list[str]:
        return [s['status'] for s in self._lab.cloud.servers()]

    def _user_id(self, name: str) -> str:
        identity = self._lab.cloud.identity
        users = identity.get('/users', params={'name': name}).json()['users']
        found: str = users[0]['id']
        return found

    def _requests(self, position: int, user: str) -> list[apilog.Request]:
        return [
            request
            for request in apilog.read(self._lab.nova_api.log, position)
            if request.user == user
        ]

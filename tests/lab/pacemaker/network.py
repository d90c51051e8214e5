# SPDX-License-Identifier: Apache-2.0
"""The network of a lab with Pacemaker: a switch with a cable to each machine.

The switch is a bridge in a network namespace of its own. The cloud's services
and the BMCs are there as well, and so is whoever uses the lab: they see the
machines through the bridge, and the BMC of a machine whose cable is cut.
"""

import contextlib
import subprocess

from tests.lab.config import BRIDGE
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.pacemaker import netns
from tests.lab.waiting import DeadlinePassed
from tests.lab.waiting import wait_until

BITS = '/16'

GONE = 10.0
"""Seconds that what was ended may take to be gone."""


class Network:
    """The namespaces of one lab, and what connects them."""

    def __init__(self, lab: LabConfig) -> None:
        self._lab = lab
        self.name = f'{lab.prefix}net'
        self._home: netns.Home | None = None

    def exists(self) -> bool:
        """Whether it was made."""
        return netns.exists(self.name)

    def make(self) -> None:
        """Make the switch, unless it is there."""
        if self.exists():
            return
        netns.ip('netns', 'add', self.name)
        self._ip('link', 'set', 'lo', 'up')
        self._ip('link', 'add', 'switch', 'type', 'bridge', 'stp_state', '0')
        self._ip('link', 'set', 'switch', 'up')
        self.add_address(BRIDGE)

    def add_address(self, address: str, bits: str = BITS) -> None:
        """One more at the switch: a BMC's, or a guest's. Repeatable."""
        self._ip('addr', 'replace', f'{address}{bits}', 'dev', 'switch')

    def remove_address(self, address: str, bits: str) -> None:
        """It is not at the switch any more.

        Not for the first one of a network, which takes the others along.
        """
        self._ip('addr', 'del', f'{address}{bits}', 'dev', 'switch')

    def plug(self, namespace: str, link: str, address: str) -> None:
        """Make a machine's namespace and its cable, which is down at first.

        :param link: the name of the cable's end at the switch.
        """
        if netns.exists(namespace):
            return
        netns.ip('netns', 'add', namespace)
        other = ('peer', 'name', 'eth0', 'netns', namespace)
        self._ip('link', 'add', link, 'type', 'veth', *other)
        self._ip('link', 'set', link, 'master', 'switch')
        self._ip('link', 'set', link, 'down')
        for command in (
            ('link', 'set', 'lo', 'up'),
            ('addr', 'add', f'{address}{BITS}', 'dev', 'eth0'),
            ('link', 'set', 'eth0', 'up'),
        ):
            netns.ip(*command, namespace=namespace)

    def enter(self) -> None:
        """Take this process to where the cloud is."""
        home = self._home or netns.Home()
        netns.enter(self.name)
        self._home = home

    def leave(self) -> None:
        """Take this process back to where it came from."""
        if self._home is not None:
            self._home.enter()
            self._home = None

    def remove(self) -> None:
        """Remove all namespaces of the lab.

        :raises LabError: somebody still is in one of them, which lives on
            without a name until that process ends.
        """
        self.leave()
        names = netns.names(self._lab.prefix)
        # A machine's init is waited for by a process of its namespace.
        with contextlib.suppress(DeadlinePassed):
            wait_until(
                lambda: not any(map(self._pids, names)), GONE, 'their ends'
            )
        users = {name: self._pids(name) for name in names}
        for name in users:
            netns.ip('netns', 'del', name)
        for name, pids in users.items():
            if pids:
                raise LabError(
                    f'the network namespace {name} is still in use by pids '
                    + ' '.join(map(str, pids))
                )

    @staticmethod
    def _pids(name: str) -> list[int]:
        done = subprocess.run(
            ['ip', 'netns', 'pids', name],
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(pid) for pid in done.stdout.split()]

    def _ip(self, *arguments: str) -> None:
        netns.ip(*arguments, namespace=self.name)

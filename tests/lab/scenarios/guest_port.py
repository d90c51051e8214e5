# SPDX-License-Identifier: Apache-2.0
"""The service that a guest offers on the network, played for it.

The lab's guests have no operating system and its network has no wires; but
the address that neutron has given to a guest can be put at the switch, where
the controllers reach it.
"""

from collections.abc import Iterator
import contextlib
import socket
import time

from tests.lab.scenarios.play import Play
from tests.lab.seeding import SUBNET

ALONE = '/32'
"""Of a guest's address at the switch: its network is not there."""


class GuestPort:
    """A port of neutron's, and what answers at its address.

    :ivar uuid: of the port, to boot an instance with.
    :ivar answers_since: seconds since the epoch; None before :meth:`serve`.
    """

    def __init__(self, uuid: str, address: str) -> None:
        self.uuid = uuid
        self.address = address
        self.answers_since: float | None = None
        self._socket: socket.socket | None = None

    def serve(self, port: int) -> None:
        """Accept connections there from now on; until now they are refused."""
        self._socket = socket.create_server((self.address, port))
        self.answers_since = time.time()

    def close(self) -> None:
        """Accept no more."""
        if self._socket is not None:
            self._socket.close()


@contextlib.contextmanager
def ports(play: Play, number: int) -> Iterator[list[GuestPort]]:
    """So many ports, which controllers can reach; removed at the end."""
    network = play.stack.network
    made = [_make(play) for _ in range(number)]
    for each in made:
        network.add_address(each.address, ALONE)
    for controller in play.stack.controllers:
        controller.machine.run('ip', 'route', 'replace', SUBNET, 'dev', 'eth0')
    try:
        yield made
    finally:
        for each in made:
            each.close()
            network.remove_address(each.address, ALONE)
            play.cloud.network.delete(f'/v2.0/ports/{each.uuid}')


def _make(play: Play) -> GuestPort:
    uuid = play.cloud.create_port()
    (fixed,) = play.cloud.port(uuid)['fixed_ips']
    return GuestPort(uuid, fixed['ip_address'])

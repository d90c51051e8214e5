# SPDX-License-Identifier: Apache-2.0
"""A real Galera cluster of two MariaDB nodes."""

from tests.functional.servers import process
from tests.functional.servers.mariadb import MariaDB

PROVIDER = '/usr/lib/galera/libgalera_smm.so'


class Node(MariaDB):
    """One node; its data come from the node it joins."""

    name = 'galera'
    # A cluster of root's nodes cannot copy its data with rsync.
    user_for_root = 'mysql'

    def __init__(self, peer: 'Node | None' = None) -> None:
        super().__init__()
        self.peer = peer
        self.group_port = process.free_port()
        self.transfer_port = process.free_port()
        self.copy_port = process.free_port()

    def command(self) -> list[str]:
        for tool in ('rsync', 'ss'):
            process.program(tool)  # what a joining node is given its data by
        peer = f'127.0.0.1:{self.peer.group_port}' if self.peer else ''
        provider_options = {
            'base_port': self.group_port,
            'gmcast.listen_addr': f'tcp://127.0.0.1:{self.group_port}',
            'ist.recv_addr': f'127.0.0.1:{self.transfer_port}',
            'gcache.size': '16M',
        }
        options = {
            'on': 'ON',
            'provider': PROVIDER,
            'provider-options': ';'.join(
                f'{name}={value}' for name, value in provider_options.items()
            ),
            'cluster-name': 'nova-ha-tests',
            'cluster-address': f'gcomm://{peer}',
            'node-address': f'127.0.0.1:{self.group_port}',
            'sst-method': 'rsync',
            'sst-receive-address': f'127.0.0.1:{self.copy_port}',
        }
        return [
            *super().command(),
            *(f'--wsrep-{name}={value}' for name, value in options.items()),
            '--binlog-format=ROW',
            '--innodb-autoinc-lock-mode=2',
            *([] if self.peer else ['--wsrep-new-cluster']),
        ]


class Galera:
    """Two nodes, both of which are written to."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def set_up(self) -> None:
        """Start the first node, and the second one from its data."""
        first = Node()
        first.set_up()
        second = Node(first)
        second.set_up()
        self.nodes = [first, second]

    def new_database(self) -> list[str]:
        """Make an empty database; return its URL at each node."""
        name = self.nodes[0].new_database().rpartition('/')[2]
        return [node.url(name) for node in self.nodes]

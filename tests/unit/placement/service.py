# SPDX-License-Identifier: Apache-2.0
"""A nova and a Placement of a few lines on a real loopback port.

What they hold is a :class:`Stock`. How real ones behave is tested with
these (tests/functional/nova/test_capacity.py).
"""

import dataclasses
from http import server
import json
import pathlib
import threading
from urllib import parse

import fixtures

INVENTORY = {
    'reserved': 0,
    'allocation_ratio': 1.0,
    'min_unit': 1,
    'step_size': 1,
}


@dataclasses.dataclass
class Stock:
    """:ivar hosts: MiB of memory by host.
    :ivar servers: ``(uuid, host, MiB)``.
    :ivar traits: names of hosts by trait.
    """

    hosts: dict
    servers: list
    traits: dict = dataclasses.field(default_factory=dict)
    children: dict = dataclasses.field(default_factory=dict)

    def providers(self, query):
        names = list(self.hosts)
        if 'required' in query:
            names = self.traits.get(query['required'], [])
        if 'member_of' in query:
            names = []
        return [
            {
                'uuid': f'p-{name}',
                'name': f'{name}.example.org',
                'root_provider_uuid': f'p-{name}',
            }
            for name in names
        ]

    def inventories(self, uuid):
        total = self.hosts[uuid.removeprefix('p-')]
        return {'MEMORY_MB': {**INVENTORY, 'total': total, 'max_unit': total}}

    def allocations(self, uuid):
        return {
            server: {'resources': {'MEMORY_MB': memory}}
            for server, host, memory in self.servers
            if f'p-{host}' == uuid
        }


class Service(fixtures.Fixture):
    """:ivar scripts: by path, what to answer instead: (status, body)."""

    def __init__(self, stock):
        self.stock = stock
        self.requests = []
        self.scripts = {}
        self.newest = '2.96'
        self.page = 1000

    def _setUp(self):  # noqa: N802 - as fixtures names it
        self._server = server.ThreadingHTTPServer(('127.0.0.1', 0), _Handler)
        self._server.service = self
        thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self._server.server_close)
        self.addCleanup(self._server.shutdown)

    @property
    def url(self):
        return f'http://127.0.0.1:{self._server.server_port}'

    def write(self, more=''):
        """Write a configuration file; return its path."""
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'nova-ha.conf')
        path.write_text(
            '[nova]\n'
            'auth_type = admin_token\n'
            f'endpoint = {self.url}/nova\n'
            'token = admin\n'
            f'endpoint_override = {self.url}/nova/v2.1\n'
            f'page_size = {self.page}\n'
            'timeout = 5\n'
            '[placement]\n'
            f'endpoint_override = {self.url}/placement\n{more}'
        )
        return path

    def answer(self, path, query):
        if path in self.scripts:
            return self.scripts[path]
        parts = path.strip('/').split('/')
        if parts[0] == 'placement':
            return 200, self._placement(parts[1:], query)
        return 200, self._nova(parts[2:], query)

    def _placement(self, parts, query):
        if parts == ['traits']:
            asked = query['name'].removeprefix('in:').split(',')
            return {'traits': asked}
        if len(parts) == 1:
            return {'resource_providers': self.stock.providers(query)}
        return {parts[2]: getattr(self.stock, parts[2])(parts[1])}

    def _nova(self, parts, query):
        if not parts:
            return {'version': {'version': self.newest, 'min_version': '2.1'}}
        if parts[0] == 'servers':
            return self._servers(int(query['limit']), query.get('marker'))
        if parts[0] == 'os-services':
            return {'services': [_service(host) for host in self.stock.hosts]}
        if parts[0] == 'os-hypervisors':
            nodes = [
                {'id': f'p-{host}', 'service': {'host': host}}
                for host in self.stock.hosts
            ]
            return {'hypervisors': nodes}
        name = parts[0].removeprefix('os-').replace('-', '_')
        return {name: []}

    def _servers(self, limit, marker):
        uuids = [uuid for uuid, _, _ in self.stock.servers]
        at = uuids.index(marker) + 1 if marker else 0
        some = self.stock.servers[at : at + limit]
        more = at + limit < len(uuids)
        return {
            'servers': [self.server(*one) for one in some],
            'servers_links': [{'rel': 'next'}] if more else [],
        }

    def server(self, uuid, host, memory):
        row = {
            'id': uuid,
            'name': f'vm-{uuid}',
            'OS-EXT-SRV-ATTR:host': host,
            'OS-EXT-STS:vm_state': 'active',
            'OS-EXT-STS:task_state': None,
            'OS-EXT-AZ:availability_zone': 'nova',
            'tenant_id': 'project',
            'flavor': {'vcpus': 0, 'ram': memory, 'extra_specs': {}},
            'image': '',
        }
        if self.newest == '2.96':
            row['pinned_availability_zone'] = None
        return row


def _service(host):
    return {
        'id': f's-{host}',
        'host': host,
        'status': 'enabled',
        'state': 'up',
        'disabled_reason': None,
        'forced_down': False,
        'updated_at': None,
    }


class _Handler(server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # Head and body in one packet, or each answer waits for a delayed ACK.
    wbufsize = -1

    def log_message(self, *args):
        pass

    def do_GET(self):
        service = self.server.service
        path, _, query = self.path.partition('?')
        service.requests.append(path)
        status, body = service.answer(path, dict(parse.parse_qsl(query)))
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

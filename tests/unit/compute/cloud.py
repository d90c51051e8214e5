# SPDX-License-Identifier: Apache-2.0
"""A keystone and a nova of a few lines on a real loopback port.

For what real ones do not do on request: hang, drop the connection, answer
nonsense. How nova behaves is tested with real nova (tests/functional/nova).
"""

from http import server
import json
import pathlib
import socket
import threading

import fixtures
from oslo_config import cfg

from nova_ha import conf
from nova_ha.compute import gateway

EXPIRES = '2099-01-01T00:00:00.000000Z'
SERVICE = {
    'id': '11111111-0000-4000-8000-000000000001',
    'binary': 'nova-compute',
    'host': 'host1',
    'status': 'enabled',
    'state': 'up',
    'disabled_reason': None,
    'forced_down': False,
    'updated_at': '2026-01-02T03:04:05.000006',
}


class Cloud(fixtures.Fixture):
    """:ivar scripts: what to do with the next requests to nova, in order.

    A script gets the handler, and answers, or not. Without one, a request
    is answered as a healthy nova answers.

    :ivar hanging: is set once a request gets no answer.
    """

    def __init__(self):
        self.requests = []
        self.scripts = []
        self.tokens = 0
        self.user_agent = None
        self.catalogue = True
        self.region = 'RegionOne'
        self.keystone = None
        self.hanging = threading.Event()
        self.over = threading.Event()

    def _setUp(self):  # noqa: N802 - as fixtures names it
        self._server = _Server(('127.0.0.1', 0), _Handler)
        self._server.cloud = self
        thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self._server.server_close)
        self.addCleanup(self._server.shutdown)
        self.addCleanup(self.over.set)

    @property
    def url(self):
        return f'http://127.0.0.1:{self._server.server_port}'

    @property
    def to_nova(self):
        """Requests that reached nova, without the version document."""
        return [r for r in self.requests if r.split()[1] != '/compute/v2.1/']

    def conf(self, **options):
        """Return what a file says of this cloud; None leaves one out."""
        given = {
            'auth_type': 'password',
            'auth_url': f'{self.url}/v3',
            'username': 'nova-ha',
            'password': 'secret',
            'project_name': 'service',
            'user_domain_id': 'default',
            'project_domain_id': 'default',
            'timeout': 10,
            **options,
        }
        lines = [f'{k} = {v}\n' for k, v in given.items() if v is not None]
        directory = self.useFixture(fixtures.TempDir()).path
        path = pathlib.Path(directory, 'nova-ha.conf')
        path.write_text('[nova]\n' + ''.join(lines))
        config = cfg.ConfigOpts()
        conf.register_opts(config)
        config([], default_config_files=[str(path)])
        return config

    def gateway(self, **options):
        return gateway.NovaCompute.from_conf(self.conf(**options))


class _Server(server.ThreadingHTTPServer):
    daemon_threads = True
    cloud = None

    def handle_error(self, request, client_address):
        """Clients that went away are part of the tests."""


class _Handler(server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # Head and body in one packet, or each answer waits for a delayed ACK.
    wbufsize = -1

    def log_message(self, *args):
        pass

    def answer(self, status, body=None, **headers):
        self.send_response(status)
        if isinstance(body, bytes):
            text = body
        else:
            text = json.dumps(body).encode()
            self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(text)

    def drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def hang(self):
        self.server.cloud.hanging.set()
        self.server.cloud.over.wait()
        self.close_connection = True

    def do_any(self):
        cloud = self.server.cloud
        self.rfile.read(int(self.headers.get('Content-Length') or 0))
        if self.path.startswith('/v3'):
            self._keystone(cloud)
            return
        path = self.path.split('?')[0]
        cloud.user_agent = self.headers['User-Agent']
        cloud.requests.append(f'{self.command} {path}')
        if cloud.scripts:
            cloud.scripts.pop(0)(self)
        else:
            self._nova(path)

    do_GET = do_PUT = do_POST = do_any  # noqa: N815 - as http.server asks

    def _keystone(self, cloud):
        if cloud.keystone is not None:
            cloud.keystone(self)
        elif self.command == 'GET':
            self.answer(200, _identity(cloud.url))
        else:
            cloud.tokens += 1
            self.answer(
                201, _token(cloud), X_Subject_Token=f'token-{cloud.tokens}'
            )

    def _nova(self, path):
        if path == '/compute/v2.1/':
            self.answer(200, version('2.100'))
        elif path.endswith('/action'):
            self.answer(200, b'', X_Openstack_Request_Id='req-1')
        elif self.command == 'PUT':
            self.answer(200, {'service': SERVICE})
        else:
            self.answer(200, {'services': [SERVICE]})


def version(newest):
    return {
        'version': {
            'id': 'v2.1',
            'status': 'CURRENT',
            'min_version': '2.1' if newest else '',
            'version': newest,
            'links': [],
        }
    }


def _identity(url):
    links = [{'rel': 'self', 'href': f'{url}/v3'}]
    return {'version': {'id': 'v3.14', 'status': 'stable', 'links': links}}


def _token(cloud):
    endpoint = {
        'id': '1',
        'interface': 'public',
        'region': cloud.region,
        'region_id': cloud.region,
        'url': f'{cloud.url}/compute/v2.1',
    }
    service = {
        'id': '2',
        'type': 'compute',
        'name': 'nova',
        'endpoints': [endpoint],
    }
    return {
        'token': {
            'methods': ['password'],
            'user': {'id': 'u', 'name': 'nova-ha', 'domain': {'id': 'd'}},
            'project': {'id': 'p', 'name': 'service', 'domain': {'id': 'd'}},
            'roles': [{'id': 'r', 'name': 'admin'}],
            'issued_at': '2026-01-01T00:00:00.000000Z',
            'expires_at': EXPIRES,
            'catalog': [service] if cloud.catalogue else [],
        }
    }

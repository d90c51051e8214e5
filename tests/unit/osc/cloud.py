# SPDX-License-Identifier: Apache-2.0
"""A keystone and a compute-ha of a few lines on a real loopback port.

What the API says is in ``answers``; what a real one does is tested with the
real service (tests/functional/osc).
"""

import contextlib
from http import server
import json
import socket
import threading
import urllib.parse

import fixtures
from keystoneauth1 import session
from keystoneauth1.identity import v3

from nova_ha.osc import client
from tests.unit.osc import answers

EXPIRES = '2099-01-01T00:00:00.000000Z'


class Cloud(fixtures.Fixture):
    """What the service knows is in plain attributes, for tests to change.

    :ivar scripts: what to do with the next requests to the service, in
        order. A script gets the handler, and answers, or not; None lets it
        be answered as usual.
    :ivar watched: answers of GET /v1/recoveries/{uuid}, one a request; the
        last one stays.
    :ivar powers: states of the power of hosts, one a request, likewise.
    :ivar asked: requests, as (method, path, query, body).
    :ivar good: the only token that is taken; None: any.
    :ivar page: items of a page.
    """

    def __init__(self):
        self.scripts = []
        self.asked = []
        self.versions = []
        self.tokens = 0
        self.good = None
        self.keystone = None
        self.catalogue = True
        self.page = 100
        self.hosts = [answers.host()]
        self.unknown_servers = set()
        self.recoveries = [answers.recovery()]
        self.watched = [answers.answer()]
        self.powers = ['on']
        self.mode = answers.standing()
        self.rehearsals = [answers.REHEARSAL]
        self.ready = {'ready': True, 'reasons': []}
        self.health = {'healthy': True, 'problems': [], 'notes': []}
        self.check = {
            'host': 'compute-1',
            'ok': True,
            'devices': [
                {
                    'driver': 'ipmi',
                    'address': '192.0.2.7',
                    'state': 'on',
                    'result': 'ok',
                    'seconds': 0.2,
                }
            ],
        }

    def _setUp(self):  # noqa: N802 - as fixtures names it
        self.open()
        self.addCleanup(self.close)

    def open(self, port=0):
        self._server = _Server(('127.0.0.1', port), _Handler)
        self._server.cloud = self
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextlib.contextmanager
    def away(self):
        """Nobody listens for a while; nobody else gets the port."""
        self.close()
        with socket.socket() as kept:
            # So that the server gets it back while it is kept.
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind(('127.0.0.1', self.port))
            try:
                yield
            finally:
                self.open(self.port)

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    @property
    def ha(self):
        """Where the service is: below a path, as behind a proxy."""
        return f'{self.url}/ha'

    def session(self, **options):
        auth = v3.Password(
            f'{self.url}/v3',
            username='ada',
            password='secret',
            project_name='lab',
            user_domain_id='default',
            project_domain_id='default',
        )
        return session.Session(auth, timeout=10, **options)

    def client(self, **options):
        given = {'interface': 'public', 'microversion': '1.0', **options}
        return client.Client.of(self.session(), **given)

    def environment(self):
        return {
            'OS_AUTH_URL': f'{self.url}/v3',
            'OS_USERNAME': 'ada',
            'OS_PASSWORD': 'secret',
            'OS_PROJECT_NAME': 'lab',
            'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default',
            'OS_IDENTITY_API_VERSION': '3',
        }

    def bodies(self, method='POST'):
        return [(a[1], a[3]) for a in self.asked if a[0] == method]

    def queries(self, path):
        return [a[2] for a in self.asked if a[1] == path]


class _Server(server.ThreadingHTTPServer):
    daemon_threads = True
    cloud = None

    def handle_error(self, request, client_address):
        """Clients that went away are part of the tests."""


class _Handler(server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    wbufsize = -1

    def log_message(self, *args):
        pass

    def answer(self, status, body, **headers):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        # One answer a connection: nothing is left open when it ends.
        self.send_header('Connection', 'close')
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = True

    def fail(self, status, code, message, retriable=False):
        error = {'code': code, 'message': message, 'retriable': retriable}
        self.answer(status, {'error': error}, X_Openstack_Request_Id='req-abc')

    def drop(self):
        self.close_connection = True
        self.connection.close()

    def do_any(self):
        length = int(self.headers.get('Content-Length') or 0)
        self.body = json.loads(self.rfile.read(length) or 'null')
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query)
        cloud = self.server.cloud
        if url.path.startswith('/v3'):
            self._keystone(cloud)
        elif url.path == '/ha':
            self._versions(cloud)
        elif url.path.startswith('/ha/v1/'):
            self._service(cloud, url.path.removeprefix('/ha/v1'))
        else:
            self.answer(404, b'not here')

    do_GET = do_PUT = do_POST = do_any  # noqa: N815 - as http.server asks

    def _keystone(self, cloud):
        if cloud.keystone is not None:
            cloud.keystone(self)
        elif self.command == 'GET':
            links = [{'rel': 'self', 'href': f'{cloud.url}/v3'}]
            version = {'id': 'v3.14', 'status': 'stable', 'links': links}
            self.answer(200, {'version': version})
        else:
            cloud.tokens += 1
            token = f'token-{cloud.tokens}'
            self.answer(201, _token(cloud), X_Subject_Token=token)

    def _versions(self, cloud):
        version = {
            'id': 'v1',
            'status': 'CURRENT',
            'min_version': '1.0',
            'max_version': '1.0',
            # Behind a proxy a service may not know its own name.
            'links': [{'rel': 'self', 'href': 'http://192.0.2.1:1/v1'}],
        }
        self.answer(200, {'versions': [version]})

    def _service(self, cloud, path):
        cloud.asked.append((self.command, path, self.query, self.body))
        cloud.versions.append(self.headers['OpenStack-API-Version'])
        token = self.headers['X-Auth-Token']
        if cloud.good is not None and token != cloud.good:
            self.answer(401, b'{"error": {"message": "no good token"}}')
            return
        script = cloud.scripts.pop(0) if cloud.scripts else None
        if script is not None:
            script(self)
            return
        parts = path.strip('/').split('/')
        getattr(self, f'_{parts[0]}')(cloud, *map(_unquoted, parts[1:]))

    def _paged(self, key, things, name='uuid'):
        """Answer with a page, and the link to the next one."""
        cloud = self.server.cloud
        marker = (self.query.get('marker') or [None])[0]
        names = [thing[name] for thing in things]
        start = names.index(marker) + 1 if marker else 0
        size = min(
            int((self.query.get('limit') or [cloud.page])[0]), cloud.page
        )
        page = things[start : start + size]
        body = {key: page}
        if start + size < len(things):
            query = {**self.query, 'marker': page[-1][name]}
            text = urllib.parse.urlencode(query, doseq=True)
            href = f'http://192.0.2.1:1/v1/{key}?{text}'
            body[f'{key}_links'] = [{'rel': 'next', 'href': href}]
        self.answer(200, body)

    def _health(self, cloud, kind=''):
        if kind:
            self.answer(200 if cloud.ready['ready'] else 503, cloud.ready)
        else:
            self.answer(200, cloud.health)

    def _hosts(self, cloud, name=None, verb=None):
        if name is None:
            self.answer(200, {'hosts': cloud.hosts})
            return
        found = [one for one in cloud.hosts if one['name'] == name]
        if not found:
            self.fail(404, 'host.unknown', f'hosts.yaml names no {name}')
        elif verb == 'power':
            self.answer(200, {'host': name, 'power': self._power(cloud)})
        elif verb == 'power-on':
            self.answer(202, {'host': name})
        elif verb == 'check':
            self.answer(200, {'check': cloud.check | {'host': name}})
        elif verb == 'explain':
            self.answer(200, {'instances': [answers.EXPLAINED]})
        else:
            self.answer(200, {'host': found[0]})

    def _power(self, cloud):
        first, *later = cloud.powers
        cloud.powers = later or [first]
        return first

    def _servers(self, cloud, server, verb):
        name = urllib.parse.unquote(server)
        if name in cloud.unknown_servers:
            self.fail(404, 'compute.not-found', f'nova has no server {name}')
            return
        found = answers.EXPLAINED | {'uuid': answers.INSTANCES[0]}
        self.answer(200, {'instances': [found | {'name': name}]})

    def _recoveries(self, cloud, uuid=None, verb=None):
        if uuid is None and self.command == 'POST':
            self.answer(202, {'recovery': cloud.watched[0]['recovery']})
        elif uuid is None:
            self._paged('recoveries', self._chosen(cloud))
        elif uuid not in {one['uuid'] for one in cloud.recoveries}:
            self.fail(404, 'recovery.unknown', f'no recovery {uuid}')
        elif self.command == 'POST':
            self.answer(200, {'recovery': cloud.watched[0]['recovery']})
        elif verb == 'evacuations':
            rows = cloud.watched[0]['evacuations']
            self._paged('evacuations', rows, 'instance')
        elif verb == 'events':
            self._events(cloud)
        else:
            first, *later = cloud.watched
            cloud.watched = later or [first]
            self.answer(200, first)

    def _events(self, cloud):
        after = int((self.query.get('after') or [0])[0])
        left = [e for e in cloud.watched[0]['events'] if e['id'] > after]
        page = left[: cloud.page]
        body = {'events': page}
        if len(left) > len(page):
            href = f'/v1/recoveries/x/events?after={page[-1]["id"]}'
            body['events_links'] = [{'rel': 'next', 'href': href}]
        self.answer(200, body)

    def _chosen(self, cloud):
        host = (self.query.get('host') or [None])[0]
        active = (self.query.get('active') or [None])[0]
        return [
            one
            for one in cloud.recoveries
            if host in (None, one['host'])
            and active in (None, str(one['state'] != 'completed').lower())
        ]

    def _mode(self, cloud):
        if self.command == 'PUT':
            cloud.mode = cloud.mode | self.body
        self.answer(200, {'mode': cloud.mode})

    def _capacity(self, cloud):
        self.answer(200, {'capacity': answers.CAPACITY})

    def _snapshots(self, cloud):
        self.answer(200, {'snapshots': [answers.SNAPSHOT]})

    def _spares(self, cloud, name=None, verb=None):
        if verb:
            self.answer(200, {'loan': answers.loan()})
        else:
            self.answer(200, {'spares': [answers.SPARE]})

    def _rehearsals(self, cloud, uuid=None):
        if uuid:
            self.answer(200, {'rehearsal': answers.REHEARSAL})
        else:
            self._paged('rehearsals', cloud.rehearsals)


def _unquoted(part):
    return urllib.parse.unquote(part)


def _token(cloud):
    endpoint = {
        'id': '1',
        'interface': 'public',
        'region': 'RegionOne',
        'region_id': 'RegionOne',
        'url': cloud.ha,
    }
    service = {
        'id': '2',
        'type': 'compute-ha',
        'name': 'nova-ha',
        'endpoints': [endpoint],
    }
    return {
        'token': {
            'methods': ['password'],
            'user': {'id': 'u', 'name': 'ada', 'domain': {'id': 'd'}},
            'project': {'id': 'p', 'name': 'lab', 'domain': {'id': 'd'}},
            'roles': [{'id': 'r', 'name': 'admin'}],
            'issued_at': '2026-01-01T00:00:00.000000Z',
            'expires_at': EXPIRES,
            'catalog': [service] if cloud.catalogue else [],
        }
    }

# SPDX-License-Identifier: Apache-2.0
"""A Redfish service that can be told to misbehave: real HTTP, in a thread.

A client must also be tested against :mod:`.redfish_emulator`, which shares no
code with it and was written by others::

    with FaultyRedfish() as bmc:
        bmc.faults['lie'] = True
        ...
        bmc.offs

Faults are listed in :data:`FAULTS`, all off at first.
"""

import base64
from http import server
import json
import ssl
import threading
import time

USER = 'admin'
PASSWORD = 'Pa55-of-the-Redfish'
SYSTEMS = '/redfish/v1/Systems'
SESSIONS = '/redfish/v1/SessionService/Sessions'

FAULTS = {
    # Connections are accepted, requests never answered.
    'silent': False,
    # An answer comes byte by byte, one a second, and never ends.
    'trickle': False,
    # What is sent is no HTTP.
    'garbage': False,
    # The bodies of answers are no JSON.
    'no_json': False,
    # This status code to reads of the system; to power commands.
    'read_code': 0,
    'control_code': 0,
    # This for the power state, whatever it is.
    'says': (),
    # Every answer comes that many seconds late.
    'slow': 0.0,
    # A power-off is accepted, but the host stays on.
    'lie': False,
    # A power-off takes that many seconds, PoweringOff meanwhile.
    'off_after': 0.0,
    # ForceOff is not among what the system offers.
    'no_force_off': False,
}


class FaultyRedfish:
    """One service with one system or several; a context manager.

    :param systems: their names, all switched together.
    :param certificate: of a TLS service: a file with it and its key.
    """

    def __init__(self, systems=('1',), certificate=None):
        self.systems = systems
        self.faults = dict(FAULTS)
        self.power = 'On'
        self.offs = 0
        self.requests = []
        self.sessions = set()
        self._off_at = None
        self._stopping = threading.Event()
        self._server = _Server(('127.0.0.1', 0), _Handler)
        self._server.bmc = self
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True
            )
        self.address, self.port = self._server.server_address
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def parameters(self, **changes):
        """Return what the hosts file would say of it, defaults included."""
        return {
            'address': self.address,
            'port': self.port,
            'user': USER,
            'password': PASSWORD,
            'scheme': 'http',
            'verify_ca': True,
            'auth': 'basic',
            **changes,
        }

    def wait(self, seconds):
        self._stopping.wait(seconds)

    def state(self):
        if self._off_at is not None:
            if time.monotonic() < self._off_at:
                return 'PoweringOff'
            self.power, self._off_at = 'Off', None
        return self.power

    def reset(self, kind):
        if kind == 'On':
            self.power, self._off_at = 'On', None
        elif kind == 'ForceOff':
            self.offs += 1
            if not self.faults['lie']:
                self._off_at = time.monotonic() + self.faults['off_after']


class _Server(server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _address):
        """Say nothing of a client that has gone: it was made to."""


class _Handler(server.BaseHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass

    @property
    def bmc(self):
        return self.server.bmc

    def _begin(self):
        """Return whether there is an answer to be given."""
        faults = self.bmc.faults
        self.bmc.requests.append((self.command, self.path))
        self.bmc.wait(faults['slow'])
        if faults['silent']:
            self.bmc.wait(60)
        elif faults['trickle']:
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n')
            for _ in range(60):
                self.wfile.write(b'x')
                self.wfile.flush()
                self.bmc.wait(1)
        elif faults['garbage']:
            self.wfile.write(b'\x00\xff' * 40 + b'\r\n\r\n')
        else:
            return True
        self.close_connection = True
        return False

    def _allowed(self):
        token = self.headers.get('X-Auth-Token')
        if token is not None:
            return token in self.bmc.sessions
        login = base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
        return self.headers.get('Authorization') == f'Basic {login}'

    def _answer(self, value, code=200, headers=()):
        body = json.dumps(value).encode()
        if self.bmc.faults['no_json']:
            body = b'<html>Welcome</html>'
        self.send_response(code)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        for name, content in headers:
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, code, words):
        self._answer({'error': {'code': 'Base.1.0', 'message': words}}, code)

    def do_GET(self):
        if not self._begin():
            return
        if self.path.rstrip('/') == '/redfish/v1':
            self._answer(_ROOT)
        elif not self._allowed():
            self._refuse(401, 'who are you')
        elif self.path == SYSTEMS:
            self._answer(_members(SYSTEMS, self.bmc.systems))
        elif self.path in {f'{SYSTEMS}/{name}' for name in self.bmc.systems}:
            self._read()
        elif self.path == SESSIONS:
            self._answer(_members(SESSIONS, ()))
        elif self.path == '/redfish/v1/SessionService':
            self._answer(_SESSION_SERVICE)
        else:
            self._refuse(404, f'no {self.path}')

    def _read(self):
        faults = self.bmc.faults
        if faults['read_code']:
            self._refuse(faults['read_code'], 'not now')
            return
        resets = ['On', 'GracefulShutdown', 'ForceOff']
        if faults['no_force_off']:
            resets.remove('ForceOff')
        state = self.bmc.state()
        if faults['says'] != ():
            state = faults['says']
        self._answer(
            {
                '@odata.id': self.path,
                'Id': self.path.rpartition('/')[2],
                'Name': 'a system',
                'Boot': {},
                'PowerState': state,
                'Actions': {
                    '#ComputerSystem.Reset': {
                        'target': f'{self.path}/Actions/Reset',
                        'ResetType@Redfish.AllowableValues': resets,
                    }
                },
            }
        )

    def do_POST(self):
        length = int(self.headers.get('Content-Length', 0))
        body = json.loads(self.rfile.read(length) or b'{}')
        if not self._begin():
            return
        if self.path == SESSIONS:
            self._open_session(body)
        elif not self._allowed():
            self._refuse(401, 'who are you')
        elif self.bmc.faults['control_code']:
            self._refuse(self.bmc.faults['control_code'], 'not by you')
        else:
            self.bmc.reset(body.get('ResetType'))
            self._answer({})

    def _open_session(self, body):
        if (body.get('UserName'), body.get('Password')) != (USER, PASSWORD):
            self._refuse(401, 'who are you')
            return
        token = f'token-{len(self.bmc.requests)}'
        self.bmc.sessions.add(token)
        place = f'{SESSIONS}/{token}'
        headers = (('X-Auth-Token', token), ('Location', place))
        self._answer({'@odata.id': place}, 201, headers)

    def do_DELETE(self):
        if self._begin():
            self.bmc.sessions.discard(self.path.rpartition('/')[2])
            self._answer({})


_ROOT = {
    '@odata.id': '/redfish/v1/',
    'Id': 'RootService',
    'Name': 'a Redfish service',
    'RedfishVersion': '1.6.0',
    'UUID': '92384634-2938-2342-8820-489239905423',
    'Systems': {'@odata.id': SYSTEMS},
    'SessionService': {'@odata.id': '/redfish/v1/SessionService'},
    'Links': {'Sessions': {'@odata.id': SESSIONS}},
}
_SESSION_SERVICE = {
    '@odata.id': '/redfish/v1/SessionService',
    'Id': 'SessionService',
    'Name': 'sessions',
    'Sessions': {'@odata.id': SESSIONS},
}


def _members(path, names):
    return {
        '@odata.id': path,
        'Name': 'a collection',
        'Members@odata.count': len(names),
        'Members': [{'@odata.id': f'{path}/{name}'} for name in names],
    }

# SPDX-License-Identifier: Apache-2.0
"""The process behind :mod:`.faulty`: pyghmi's BMCs, with faults.

Reads JSON lines from standard input, answers each with one.
"""

import contextlib
import json
import random
import sys
import threading
import time

from pyghmi.ipmi import bmc
from pyghmi.ipmi.private import serversession
from pyghmi.ipmi.private import session

from tests.bmc.faulty import FAULTS
from tests.bmc.faulty import PASSWORD
from tests.bmc.faulty import USER

_SHA1 = 1
_TOO_MANY_SESSIONS = 0x01
_NO_SUCH_SUITE = 0x11
_PRIVILEGE_NOT_ALLOWED = 0x81
_SET_PRIVILEGE = (0x06, 0x3B)
_CLOSE_SESSION = (0x06, 0x3C)
_READ_POWER = (0x00, 0x01)
_SWITCH_POWER = (0x00, 0x02)

_by_socket = {}
_send = session._io_sendto


def _send_or_not(socket, packet, address):
    faulty = _by_socket.get(socket)
    if faulty is not None:
        packet = faulty.spoil(packet)
    if packet is not None:
        _send(socket, packet, address)


class Session(serversession.ServerSession):
    """Counts itself, and knows that it knows SHA-1 only."""

    def create_open_session_response(self, request):
        # pyghmi's own says yes to SHA-256 and goes on with SHA-1.
        if self.bmc.faults['full']:
            refusal = _TOO_MANY_SESSIONS
        elif request[12] != _SHA1:
            refusal = _NO_SUCH_SUITE
        else:
            return super().create_open_session_response(request)
        head = bytearray([request[0], refusal, 0, 0])
        return head + bytearray(request[4:8])

    def _send_rakp4(self, tagvalue, statuscode):
        self.bmc.sessions.add(bytes(self.managedsessionid))
        super()._send_rakp4(tagvalue, statuscode)

    def handle_client_request(self, request):
        faults = self.bmc.faults
        wanted = (request['netfn'], request['command'])
        if wanted == _SET_PRIVILEGE and (
            request['data'][0] > faults['privilege']
        ):
            self._send_ipmi_net_payload(code=_PRIVILEGE_NOT_ALLOWED)
        elif wanted == _CLOSE_SESSION and faults['lose_close']:
            faults['lose_close'] = False
        else:
            super().handle_client_request(request)

    def close_server_session(self):
        self.bmc.sessions.discard(bytes(self.managedsessionid))


class Bmc(bmc.Bmc):
    """One BMC on a port of its own."""

    def __init__(self, address):
        self.faults = dict(FAULTS)
        self.sessions = set()
        self.power = 'on'
        self.offs = 0
        self._off_at = None
        super().__init__({USER: PASSWORD}, port=0, address=address)
        self.port = self.serversocket.getsockname()[1]
        _by_socket[self.serversocket] = self

    def state(self):
        return {
            'power': self.get_power_state(),
            'sessions': len(self.sessions),
            'offs': self.offs,
        }

    def spoil(self, packet):
        """Return what is sent in place of a packet, None for nothing."""
        if self.faults['slow']:
            time.sleep(self.faults['slow'])
        if self.faults['silent'] or random.random() < self.faults['drop']:
            return None
        if self.faults['garbage']:
            return b'\x06\x00\xff\x07\x06\x11' + random.randbytes(9)
        return packet

    def handle_raw_request(self, request, ipmi):
        wanted = (request['netfn'], request['command'])
        if random.random() < self.faults['drop']:
            return
        if wanted == _READ_POWER and self.faults['short']:
            ipmi.send_ipmi_response()
        elif wanted == _READ_POWER and self.faults['read_code']:
            ipmi.send_ipmi_response(code=self.faults['read_code'])
        elif wanted == _SWITCH_POWER and self.faults['die']:
            self.faults['silent'] = True
        elif wanted == _SWITCH_POWER and self.faults['control_code']:
            ipmi.send_ipmi_response(code=self.faults['control_code'])
        else:
            super().handle_raw_request(request, ipmi)

    def get_power_state(self):
        if self._off_at is not None and time.monotonic() >= self._off_at:
            self.power, self._off_at = 'off', None
        return self.power

    def power_off(self):
        self.offs += 1
        if not self.faults['lie'] and self._off_at is None:
            self._off_at = time.monotonic() + self.faults['off_after']

    def power_on(self):
        self.power = 'on'


def _obey(bmcs):
    for line in sys.stdin:
        message = json.loads(line)
        told = bmcs[message['bmc']]
        faults = dict(message.get('set', {}))
        told.power = faults.pop('power', told.power)
        told.faults.update(faults)
        _answer(told.state())


def _answer(value):
    print(json.dumps(value), flush=True)


def main():
    wanted = json.loads(sys.stdin.readline())
    session._io_sendto = _send_or_not
    serversession.ServerSession = Session
    bmcs = [Bmc(wanted['address']) for _ in range(wanted['count'])]
    _answer([made.port for made in bmcs])
    threading.Thread(target=_obey, args=(bmcs,), daemon=True).start()
    while True:
        with contextlib.suppress(Exception):
            Bmc.listen()


if __name__ == '__main__':
    main()

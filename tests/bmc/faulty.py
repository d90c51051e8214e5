# SPDX-License-Identifier: Apache-2.0
"""BMCs that can be told to misbehave: real UDP, in a process of their own.

Built on the server that comes with pyghmi, so a client must also be tested
against :mod:`.ipmi_sim`, which shares no code with it. One process holds any
number of BMCs::

    with FaultyBmcs(3) as bmcs:
        bmcs[0].set(silent=True)
        ...
        bmcs[0].state()['sessions']

Faults, all off at first (see :data:`FAULTS`); several may be on at once.
"""

import json
import subprocess
import sys
import threading

USER = 'admin'
PASSWORD = 'Pa55-of-the-BMC'

FAULTS = {
    # No packet is answered.
    'silent': False,
    # Every answer is replaced by garbage behind a valid RMCP header.
    'garbage': False,
    # This completion code to power reads; to power commands.
    'read_code': 0,
    'control_code': 0,
    # Power reads are answered with no data.
    'short': False,
    # Every answer comes that many seconds late.
    'slow': 0.0,
    # A power-off is accepted, but the host stays on.
    'lie': False,
    # A power-off takes that many seconds.
    'off_after': 0.0,
    # This share of the packets is lost, either way.
    'drop': 0.0,
    # Falls silent when told to switch power.
    'die': False,
    # The highest privilege that is granted; 2 is user.
    'privilege': 4,
    # No session is opened: the BMC says that it has too many.
    'full': False,
    # A close of a session is not seen the first time.
    'lose_close': False,
}


class FaultyBmc:
    """One BMC of a process, seen from the test."""

    def __init__(self, process, index, address, port):
        self._process = process
        self._index = index
        self.address = address
        self.port = port

    def set(self, **faults):
        """Switch faults on or off, or the power (``power='on'``)."""
        unknown = set(faults) - set(FAULTS) - {'power'}
        if unknown:
            raise ValueError(f'no such faults: {unknown}')
        self._process.ask({'bmc': self._index, 'set': faults})

    def state(self):
        """Return power, open sessions, and what was counted so far."""
        return self._process.ask({'bmc': self._index})

    def parameters(self, **changes):
        """Return what the hosts file would say of it."""
        return {
            'address': self.address,
            'port': self.port,
            'user': USER,
            'password': PASSWORD,
            **changes,
        }


class FaultyBmcs(list):
    """A process with so many BMCs; a context manager."""

    def __init__(self, count=1, address='127.0.0.1'):
        super().__init__()
        self._count = count
        self._address = address
        self._process = None
        self._lock = threading.Lock()

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'tests.bmc.faulty_server'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        ports = self.ask({'count': self._count, 'address': self._address})
        for index, port in enumerate(ports):
            self.append(FaultyBmc(self, index, self._address, port))
        return self

    def __exit__(self, *_exception):
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self):
        return self._process.pid

    def ask(self, message):
        with self._lock:
            print(json.dumps(message), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError('the process with the BMCs has ended')
        return json.loads(answer)

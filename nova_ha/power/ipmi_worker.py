# SPDX-License-Identifier: Apache-2.0
"""The process that does one IPMI action and ends.

``python -m nova_ha.power.ipmi_worker`` reads the request, a JSON object, from
its standard input and writes the result, another one, to its standard
output. With ``--serve`` it does nothing itself but forks such a process for
each pair of descriptors that it is sent (see :mod:`.workers`): what takes
long, starting Python and importing pyghmi, is then done already.

It must start quickly, so it imports nothing of nova-ha but the session.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any

from nova_ha.power import ipmi_session
from nova_ha.power.ipmi_session import Bmc
from nova_ha.power.ipmi_session import Failure

#: Seconds between two reads grow by this up to LONGEST.
GROWTH = 1.5
LONGEST = 1.0
#: Seconds a power-on is watched; whether it is seen changes nothing.
WATCH_ON = 2.0

Request = dict[str, Any]
Result = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Do what standard input says, or serve."""
    # systemd signals the whole service; the power-off under way shall end
    # well. A worker ends by itself, a server when its service is gone.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if arguments == ['--serve']:
        with (
            socket.socket(fileno=os.dup(0)) as control,
            # The service was killed while it asked for a worker.
            contextlib.suppress(ConnectionError),
        ):
            serve(control)
        return 0
    return act()


def act() -> int:
    """Do the one action of this process."""
    # pyghmi prints at times; the result must stay readable.
    output = os.dup(1)
    os.dup2(2, 1)
    with open(0, 'rb', closefd=False) as source:
        request = json.loads(source.read())
    # The kernel ends us, whatever we hang in.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, request['kill_after'])
    result = perform(request)
    os.write(output, json.dumps(result).encode())
    return 0


def perform(request: Request) -> Result:
    """Return the result of the action; whatever goes wrong is a result."""
    try:
        login = ipmi_session.Login(**request['login'])
        return _logged_in(login, request)
    except Failure as failure:
        return {'failure': failure.kind, 'text': str(failure)}
    except OSError as error:
        # A name that is not known, a network that is not there.
        return {'failure': 'silent', 'text': error.strerror or str(error)}
    except Exception as error:  # pyghmi lets garbage surface as anything
        text = f'not understood ({type(error).__name__}: {error})'
        secret = request['login']['password']
        return {'failure': 'device', 'text': text.replace(secret, '***')}


def _logged_in(login: ipmi_session.Login, request: Request) -> Result:
    end = time.monotonic() + request['seconds']
    bmc = Bmc(login, end)
    try:
        result = _ACTIONS[request['action']](bmc, request, end)
    finally:
        with contextlib.suppress(Exception):  # the action counts
            bmc.close()
    return {**result, 'privilege': bmc.privilege}


def _state(bmc: Bmc, _request: Request, _end: float) -> Result:
    return {'on': bmc.is_on()}


def _off(bmc: Bmc, request: Request, end: float) -> Result:
    """Bring about off and see it: the last read is younger than the off."""
    asked = time.monotonic()
    if not bmc.is_on():
        return _verified(asked, was_running=False)
    refusal = _refusal(bmc)
    began = time.monotonic()
    pause = request['poll_interval']
    while True:
        asked = time.monotonic()
        # Off twice in a row: no read while the power collapses counts.
        if not bmc.is_on() and not bmc.is_on():
            return _verified(asked, was_running=True)
        if refusal is not None:
            raise refusal
        now = time.monotonic()
        if now + pause >= end:
            raise Failure('stuck', f'{now - began:.1f}')
        _pause(pause)
        pause = min(pause * GROWTH, LONGEST)


def _refusal(bmc: Bmc) -> Failure | None:
    """Send the power-off; what counts is what the next read says.

    A host that went off in this moment makes some BMCs refuse.
    """
    try:
        bmc.power_down()
    except Failure as failure:
        if failure.kind == 'silent':
            raise
        return failure
    return None


def _on(bmc: Bmc, request: Request, end: float) -> Result:
    if bmc.is_on():
        return {'on': True}
    bmc.power_up()
    end = min(end, time.monotonic() + WATCH_ON)
    pause = request['poll_interval']
    while not bmc.is_on():
        if time.monotonic() + pause >= end:
            return {'on': False}
        _pause(pause)
        pause = min(pause * GROWTH, LONGEST)
    return {'on': True}


def _verified(asked: float, was_running: bool) -> Result:
    """Return the result of a read that said off.

    :param asked: monotonic time at which the BMC was asked.
    """
    age = time.monotonic() - asked
    return {'on': False, 'was_running': was_running, 'age': age}


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


_ACTIONS = {'state': _state, 'off': _off, 'on': _on}


def serve(control: socket.socket) -> None:
    """Fork a worker for each pair of descriptors that is sent.

    :param control: ends when the service does, and then so do we.
    :raises ConnectionError: it ended in the middle of a request.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(control, 1, 2)
        if not message:
            return
        pid = os.fork()
        if not pid:
            _become_worker(control, *descriptors)
        # The worker cannot have ended: its request has not been sent yet.
        handle = os.pidfd_open(pid)
        socket.send_fds(control, [b'+'], [handle])
        for descriptor in (handle, *descriptors):
            os.close(descriptor)


def _become_worker(control: socket.socket, channel: int, errors: int) -> None:
    """Do the action in the forked child; never returns."""
    status = 1
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(channel, 0)
        os.dup2(channel, 1)
        os.dup2(errors, 2)
        os.close(channel)
        os.close(errors)
        status = act()
    except Exception:  # nobody above would print it
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

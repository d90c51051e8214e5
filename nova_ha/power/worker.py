# SPDX-License-Identifier: Apache-2.0
"""The process that does one power action and ends.

A module such as :mod:`.ipmi_worker` calls :func:`main` when it is run. It
reads the request, a JSON object, from its standard input and writes the
result, another one, to its standard output. With ``--serve`` it does nothing
itself but forks such a process for each pair of descriptors that it is sent
(see :mod:`.workers`): what takes long, starting Python and importing a
library, is then done already.

It must start quickly, so it imports nothing.
"""

from collections.abc import Callable
import contextlib
import json
import os
import signal
import socket
import traceback
from typing import Any

Request = dict[str, Any]
Result = dict[str, Any]
Perform = Callable[[Request], Result]


def main(arguments: list[str], perform: Perform) -> int:
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
            serve(control, perform)
        return 0
    return act(perform)


def act(perform: Perform) -> int:
    """Do the one action of this process."""
    # Libraries print at times; the result must stay readable.
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


def serve(control: socket.socket, perform: Perform) -> None:
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
            _become_worker(control, perform, *descriptors)
        # The worker cannot have ended: its request has not been sent yet.
        handle = os.pidfd_open(pid)
        socket.send_fds(control, [b'+'], [handle])
        for descriptor in (handle, *descriptors):
            os.close(descriptor)


def _become_worker(
    control: socket.socket, perform: Perform, channel: int, errors: int
) -> None:
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
        status = act(perform)
    except Exception:  # nobody above would print it
        traceback.print_exc()
    finally:
        os._exit(status)

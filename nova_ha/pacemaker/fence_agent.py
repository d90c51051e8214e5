# SPDX-License-Identifier: Apache-2.0
"""The fence agent: turns what Pacemaker wants into requests to the daemon.

Exit codes are those of the fence agent API: 0 done, or the host is on; 1 it
failed, with one line on stderr; 2 ``status`` found the host off.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import signal
import sys
import time

from nova_ha.pacemaker import client
from nova_ha.pacemaker import options
from nova_ha.pacemaker import patience

NAME = 'fence_nova_ha'
OK = 0
FAILED = 1
OFF = 2
READ_TIMEOUT = 15.0
"""Seconds that reading actions may take: Pacemaker gives a monitor 20."""
READ_PATIENCE = 2.0
"""Seconds in which they are tried again: a restart of the daemon should pass
unnoticed. But before it fences any host, by whatever device, Pacemaker waits
for ``list`` on every controller, twice where it fails, and a controller
whose daemon is down must not hold that up."""
MAX_STDIN = 1024 * 1024


class Failure(Exception):
    """The action failed; the text is for the cluster's log."""


class Agent:
    """One run of the agent.

    :param say: is told what is being done.
    """

    def __init__(
        self, wanted: options.Options, say: Callable[[str], None]
    ) -> None:
        self._wanted = wanted
        changes = wanted.action in ('off', 'on', 'reboot')
        seconds = wanted.timeout
        if not changes:
            seconds = min(seconds, READ_TIMEOUT)
        self._daemon = patience.Caller(
            wanted.socket, seconds, seconds if changes else READ_PATIENCE, say
        )
        self._say = say

    def run(self) -> int:
        """Carry the action out and return the exit code.

        :raises Failure: it failed.
        """
        self._say(
            f'{self._wanted.action} {self._wanted.target}'.rstrip()
            + f', by {self._wanted.socket}'
        )
        try:
            return _ACTIONS[self._wanted.action](self)
        except client.DaemonError as error:
            of = f' of {self._wanted.target}' if self._wanted.target else ''
            raise Failure(
                f'{self._wanted.action}{of} failed: {error}'
            ) from None

    def _target(self) -> str:
        if not self._wanted.target:
            raise Failure(
                f'{self._wanted.action} needs a host: none of plug, port and '
                'nodename was given'
            )
        return self._wanted.target

    def fence(self) -> int:
        """Success means: seen off, and recorded."""
        host = self._target()
        self._daemon.ask(
            'POST',
            '/v1/fence',
            lambda: {
                'host': host,
                'action': self._wanted.action,
                'origin': 'pacemaker',
                'deadline': round(self._daemon.deadline, 3),
            },
        )
        self._say(f'{host} is off')
        return OK

    def power_on(self) -> int:
        """Success means: the daemon will power the host on."""
        path = f'/v1/hosts/{client.quote(self._target())}/power-on'
        self._daemon.ask('POST', path)
        return OK

    def status(self) -> int:
        """Read afresh whether the host is on."""
        host = self._target()
        state = self._power(host)
        if state not in ('on', 'off'):
            raise Failure(f'the BMC of {host} does not say on or off')
        return OFF if state == 'off' else OK

    def _power(self, host: str) -> object:
        answer = self._daemon.ask(
            'GET', f'/v1/hosts/{client.quote(host)}/power'
        )
        return answer.get('power')

    def monitor(self) -> int:
        """Success means: the daemon can fence."""
        problems = _items(self._daemon.ask('GET', '/v1/health'), 'problems')
        if problems:
            raise Failure(
                'nova-ha-fencer cannot fence: '
                + '; '.join(str(problem) for problem in problems)
            )
        return OK

    def list(self) -> int:
        """Print ``node,host`` lines; the host only where it differs."""
        for node, host in self._hosts():
            print(f'{node},{host if host != node else ""}')
        return OK

    def list_status(self) -> int:
        """Print the same with on, off or unknown behind."""
        for node, host in self._hosts():
            try:
                state = self._power(host)
            except client.DaemonError as error:
                self._say(f'{host}: {error}')
                state = 'unknown'
            print(f'{node},{host if host != node else ""},{state}')
        return OK

    def _hosts(self) -> Iterator[tuple[str, str]]:
        for host in _items(self._daemon.ask('GET', '/v1/hosts'), 'hosts'):
            if isinstance(host, dict):
                yield str(host.get('node')), str(host.get('name'))

    def metadata(self) -> int:
        """Print the agent's description."""
        from nova_ha.pacemaker import metadata  # noqa: PLC0415  not for off

        print(metadata.document(), end='')
        return OK

    def validate_all(self) -> int:
        """The options have been read, so they are valid.

        The daemon is not asked: tools validate on any machine, with a made-up
        name, and before the daemon is set up.
        """
        return OK


_ACTIONS: Mapping[str, Callable[[Agent], int]] = {
    'off': Agent.fence,
    'reboot': Agent.fence,
    'on': Agent.power_on,
    'status': Agent.status,
    'monitor': Agent.monitor,
    'list': Agent.list,
    'list-status': Agent.list_status,
    'metadata': Agent.metadata,
    'validate-all': Agent.validate_all,
}


def _items(answer: Mapping[str, object], key: str) -> 'Sequence[object]':
    items = answer.get(key)
    return items if isinstance(items, list) else []


def main(arguments: Sequence[str]) -> int:
    """Run the agent and return its exit code; nothing is raised."""
    doing = ['fencing']
    try:
        _watch_signals(doing)
        wanted = _read(arguments)
        doing[0] = f'{wanted.action} {wanted.target}'.rstrip()
        code = _run(wanted)
        sys.stdout.flush()
    except (Failure, options.UsageError) as error:
        return _fail(str(error))
    except Exception as error:  # Pacemaker's log wants a line
        return _fail(f'{doing[0]} failed: {type(error).__name__}: {error}')
    return code


def _watch_signals(doing: Sequence[str]) -> None:
    """End with one line and exit code 1 when asked to end.

    At once and for good: there is nothing to be cleaned up, and an exception
    raised from here could surface where nobody catches it.
    """

    def stop(number: int, frame: object) -> None:  # noqa: ARG001  fixed form
        name = signal.Signals(number).name
        os._exit(_fail(f'{doing[0]} was stopped by {name} before it was done'))

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _read(arguments: Sequence[str]) -> options.Options:
    if arguments:
        return options.from_argv(arguments)
    parts: list[bytes] = []
    while sum(map(len, parts)) < MAX_STDIN and (part := os.read(0, 65536)):
        parts.append(part)
    return options.from_stdin(b''.join(parts).decode('utf-8', 'replace'))


def _run(wanted: options.Options) -> int:
    if wanted.help:
        return _help()
    if wanted.version:
        return _version()
    with contextlib.ExitStack() as stack:
        return Agent(wanted, _teller(wanted, stack)).run()


def _teller(
    wanted: options.Options, stack: contextlib.ExitStack
) -> Callable[[str], None]:
    """Return what writes to stderr and to the debug file, as is wanted."""
    file = None
    if wanted.debug_file:
        file = open(wanted.debug_file, 'a')  # noqa: SIM115  the stack closes it
        stack.enter_context(file)

    def say(text: str) -> None:
        if wanted.verbose:
            print(f'{NAME}: {text}', file=sys.stderr)
        if file is not None:
            now = time.strftime('%Y-%m-%dT%H:%M:%S%z')
            print(f'{now} [{os.getpid()}] {text}', file=file, flush=True)

    return say


def _help() -> int:
    print(f'usage: {NAME} -o ACTION -n HOST [options]')
    print('Without arguments, options are read as key=value lines on stdin.')
    print(f'Actions: {", ".join(options.ACTIONS)}')
    for option in options.OPTIONS:
        print(f'  {option.usage:32} {option.about}.')
    return OK


def _version() -> int:
    from importlib import metadata  # noqa: PLC0415  slow, and seldom asked

    try:
        print(f'{NAME} {metadata.version("nova-ha")}')
    except metadata.PackageNotFoundError:
        print(f'{NAME} from a source tree')
    return OK


def _fail(text: str) -> int:
    line = ' '.join(text.split())
    with contextlib.suppress(OSError, ValueError):
        print(f'{NAME}: {line}', file=sys.stderr, flush=True)
    return FAILED

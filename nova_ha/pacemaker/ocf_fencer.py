# SPDX-License-Identifier: Apache-2.0
"""The OCF resource agent: starts, stops and watches nova-ha-fencer.

Exit codes and reasons are those of OCF 1.1. The reason goes to stderr in the
form that Pacemaker shows beside a failed action.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import select
import signal
import sys
import time

from nova_ha.pacemaker import client
from nova_ha.pacemaker import ocf_parameters
from nova_ha.pacemaker import ocf_process
from nova_ha.pacemaker import ocf_start

SUCCESS = 0
ERR_GENERIC = 1
ERR_ARGS = 2
ERR_UNIMPLEMENTED = 3
ERR_PERM = 4
ERR_INSTALLED = 5
ERR_CONFIGURED = 6
NOT_RUNNING = 7

TIMEOUTS = {'start': 60.0, 'stop': 90.0}
"""Seconds, where the cluster does not say."""
TIMEOUT = 20.0
ALIVE = '/'
HEALTH = '/v1/health'
PAUSE = 0.5
DEEP = 10
"""OCF_CHECK_LEVEL from which on a daemon that cannot fence is a failure."""


class Failure(Exception):
    """The action failed; the text is the reason for the cluster.

    :ivar code: the exit code.
    """

    def __init__(self, reason: str, code: int = ERR_GENERIC) -> None:
        super().__init__(reason)
        self.code = code


class Agent:
    """One run of the agent."""

    def __init__(self, action: str, environment: Mapping[str, str]) -> None:
        self._action = action
        self._parameters = ocf_parameters.Parameters(environment)
        self._level = _number(environment.get('OCF_CHECK_LEVEL'), 0)
        seconds = TIMEOUTS.get(action, TIMEOUT)
        # The cluster gives milliseconds.
        given = environment.get('OCF_RESKEY_CRM_meta_timeout')
        seconds = _number(given, seconds * 1000) / 1000
        # Who is cut off by Pacemaker cannot say why it failed.
        self._margin = min(2.0, seconds / 10)
        self._until = time.monotonic() + seconds - self._margin

    def run(self) -> int:
        """Carry the action out and return the exit code.

        :raises Failure: it failed.
        """
        return _ACTIONS[self._action](self)

    def start(self) -> int:
        """Success means: the daemon answers on its socket."""
        self.validate_all()
        start = ocf_start.Start(
            self._parameters, self._answers, lambda: self._left
        )
        try:
            start.run()
        except ocf_start.NotStarted as error:
            raise Failure(str(error)) from None
        return SUCCESS

    def stop(self) -> int:
        """Success means: the process has ended."""
        while (process := self._find()) is not None:
            self._end(process)
        ocf_process.forget(self._parameters.pid)
        return SUCCESS

    def _end(self, process: ocf_process.Process) -> None:
        process.signal(signal.SIGTERM)
        # The margin is left for the last resort.
        if process.ends_within(self._left):
            return
        _say(
            f'process {process.pid} of nova-ha-fencer did not end in time '
            'and is killed; what it was doing is taken up again by the next '
            'start or by another controller'
        )
        process.signal(signal.SIGKILL)
        if not process.ends_within(self._margin * 0.8):
            raise Failure(f'process {process.pid} cannot be killed')

    def monitor(self) -> int:
        """Success means: the daemon answers; deep down, it can fence."""
        answer = self._ask(HEALTH if self._level >= DEEP else ALIVE)
        if isinstance(answer, client.DaemonError):
            process = self._find()
            if process is None and isinstance(answer, client.NotThere):
                return NOT_RUNNING
            who = f'process {process.pid}' if process else 'the program'
            raise Failure(f'{who} of nova-ha-fencer runs, but: {answer}')
        problems = answer.get('problems')
        if isinstance(problems, list) and problems:
            raise Failure(
                'nova-ha-fencer cannot fence: ' + '; '.join(map(str, problems))
            )
        return SUCCESS

    def reload(self) -> int:
        """Have hosts file and mutable options read again."""
        process = self._find()
        if process is None:
            raise Failure('nova-ha-fencer does not run', NOT_RUNNING)
        process.signal(signal.SIGHUP)
        return SUCCESS

    def validate_all(self) -> int:
        """Success means: the daemon could be started here."""
        try:
            self._parameters.check()
        except ocf_parameters.ParameterError as error:
            raise Failure(str(error), ERR_CONFIGURED) from None
        except ocf_parameters.NotInstalled as error:
            raise Failure(str(error), ERR_INSTALLED) from None
        return SUCCESS

    def meta_data(self) -> int:
        """Print the agent's description."""
        from nova_ha.pacemaker import ocf_metadata  # noqa: PLC0415  slow

        print(ocf_metadata.document(), end='')
        return SUCCESS

    def usage(self) -> int:
        """Say how it is called."""
        print(f'usage: fencer {"|".join(_ACTIONS)}')
        return SUCCESS

    @property
    def _left(self) -> float:
        return self._until - time.monotonic()

    def _find(self) -> 'ocf_process.Process | None':
        return ocf_process.find(self._parameters.pid, self._parameters.socket)

    def _answers(self) -> bool:
        return not isinstance(self._ask(ALIVE), client.DaemonError)

    def _ask(self, path: str) -> 'dict[str, object] | client.DaemonError':
        answer = self._ask_once(path)
        if isinstance(answer, client.BrokenOff):
            # Its process is ending; a moment later nobody is there.
            select.select((), (), (), PAUSE)
            return self._ask_once(path)
        return answer

    def _ask_once(self, path: str) -> 'dict[str, object] | client.DaemonError':
        seconds = max(0.1, self._left)
        try:
            return client.ask(
                self._parameters.socket, 'GET', path, None, seconds
            )
        except client.Refused as error:
            # A no is an answer, unless it was asked whether it can fence.
            return error if path != ALIVE else {}
        except client.DaemonError as error:
            return error


_ACTIONS: Mapping[str, Callable[[Agent], int]] = {
    'start': Agent.start,
    'stop': Agent.stop,
    'monitor': Agent.monitor,
    'status': Agent.monitor,
    'reload': Agent.reload,
    'reload-agent': Agent.reload,
    'validate-all': Agent.validate_all,
    'meta-data': Agent.meta_data,
    'usage': Agent.usage,
}


def main(
    arguments: Sequence[str], environment: 'Mapping[str, str] | None' = None
) -> int:
    """Run the agent and return its exit code; nothing is raised."""
    action = arguments[0] if len(arguments) == 1 else ''
    if action not in _ACTIONS:
        _say(f'unknown action {" ".join(arguments)!r}')
        return ERR_UNIMPLEMENTED if action else ERR_ARGS
    try:
        code = Agent(
            action, os.environ if environment is None else environment
        ).run()
        sys.stdout.flush()
    except Failure as failure:
        _say(str(failure))
        return failure.code
    except PermissionError as error:
        _say(f'{action}: {error}')
        return ERR_PERM
    except Exception as error:  # the cluster wants a reason, not a traceback
        _say(f'{action} failed: {type(error).__name__}: {error}')
        return ERR_GENERIC
    return code


def _number(text: 'str | None', otherwise: float) -> float:
    try:
        return float(text or '')
    except ValueError:
        return otherwise


def _say(text: str) -> None:
    """Give the reason in the form that Pacemaker looks for."""
    with contextlib.suppress(OSError, ValueError):
        line = ' '.join(text.split())
        print(f'ocf-exit-reason:{line}', file=sys.stderr, flush=True)

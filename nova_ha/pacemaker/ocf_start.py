# SPDX-License-Identifier: Apache-2.0
"""Starting the daemon, or joining one that runs already."""

from collections.abc import Callable
import contextlib
import os

from nova_ha.pacemaker import ocf_parameters
from nova_ha.pacemaker import ocf_process

PAUSE = 0.1
"""Seconds between two questions whether it answers."""
TAIL = 4096
"""Bytes at the end of the log that its last words are looked for in."""


class NotStarted(Exception):
    """The daemon does not answer; the text says why."""


class Start:
    """One attempt.

    :param answers: tells whether the daemon answers on its socket.
    :param left: returns the seconds that are left.
    """

    def __init__(
        self,
        parameters: ocf_parameters.Parameters,
        answers: Callable[[], bool],
        left: Callable[[], float],
    ) -> None:
        self._parameters = parameters
        self._answers = answers
        self._left = left
        self._launched = 0
        self._log_before = 0

    def run(self) -> None:
        """Return when the daemon answers and the pid file says who it is.

        :raises NotStarted: it does not.
        """
        process = self._find() or self._launch()
        while not self._answers():
            if process.ends_within(PAUSE):
                process = self._instead_of(process)
            elif self._left() <= 0:
                raise NotStarted(
                    f'process {process.pid} of nova-ha-fencer does not answer '
                    f'on {self._parameters.socket}; see '
                    f'{self._parameters.log}'
                )
        # One that was started by others may have been the quicker.
        ocf_process.note(
            self._locking() or self._find() or process, self._parameters.pid
        )

    def _find(self) -> 'ocf_process.Process | None':
        return ocf_process.find(self._parameters.pid, self._parameters.socket)

    def _locking(self) -> 'ocf_process.Process | None':
        return ocf_process.find('', self._parameters.socket)

    def _launch(self) -> ocf_process.Process:
        parameters = self._parameters
        user = parameters.account()
        self._log_before = self._end_of_log()
        try:
            for path in (parameters.socket, parameters.log):
                ocf_process.make_room(path, user)
            process = ocf_process.start(
                parameters.command(), user, parameters.log
            )
        except ProcessLookupError:
            raise NotStarted(self._last_words()) from None
        except OSError as error:
            raise NotStarted(
                f'cannot start {parameters.binary}: {error}'
            ) from None
        ocf_process.note(process, parameters.pid)
        self._launched = process.pid
        return process

    def _instead_of(self, process: ocf_process.Process) -> ocf_process.Process:
        """Return the process that is to answer now that this one has ended.

        It may have been on its way out when we came.

        :raises NotStarted: it was our own, and no other was quicker.
        """
        other = self._find()
        if other is None and process.pid == self._launched:
            raise NotStarted(self._last_words())
        return other or self._launch()

    def _last_words(self) -> str:
        """Return what the daemon wrote before it ended, in one line."""
        text = b''
        with (
            contextlib.suppress(OSError),
            open(self._parameters.log, 'rb') as file,
        ):
            file.seek(max(self._log_before, self._end_of_log() - TAIL))
            text = file.read()
        lines = text.decode('utf-8', 'replace').split('\n')
        said = [line.strip() for line in lines if line.strip()]
        last = said[-1] if said else 'it said nothing'
        return f'nova-ha-fencer ended at once: {last}'

    def _end_of_log(self) -> int:
        try:
            return os.stat(self._parameters.log).st_size
        except OSError:
            return 0

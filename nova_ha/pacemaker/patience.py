# SPDX-License-Identifier: Apache-2.0
"""Asks again, inside the agent's time, what another try may cure.

An agent that fails fast burns Pacemaker's ten attempts within seconds, while
the daemon is only being restarted or the BMC needs a moment. An agent that
is late is cut off by Pacemaker, which then gives up for minutes. So it keeps
trying and ends by itself in good time.
"""

from collections.abc import Callable
import select
import time

from nova_ha.pacemaker import client

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0

Body = dict[str, object]


class Caller:
    """Sends requests until the time is up.

    :param seconds: in which all requests together end.
    :param patience: seconds in which a failure is followed by another try.
    :param say: is told what went wrong and is tried again.
    """

    def __init__(
        self,
        socket_path: str,
        seconds: float,
        patience: float,
        say: Callable[[str], None],
    ) -> None:
        self._socket_path = socket_path
        self._until = time.monotonic() + seconds
        self._patient_until = time.monotonic() + patience
        # Kept back for the answer's way: the daemon gives up first and says
        # why, rather than being cut off.
        self._margin = min(2.0, seconds / 10)
        self._say = say

    @property
    def deadline(self) -> float:
        """The seconds that the daemon may take from now on."""
        return max(0.1, self._left - self._margin)

    @property
    def _left(self) -> float:
        return self._until - time.monotonic()

    def _may_wait(self, pause: float) -> bool:
        soon = time.monotonic() + pause
        return soon < self._patient_until and self.deadline > pause + 0.1

    def ask(
        self,
        method: str,
        path: str,
        body: Callable[[], Body] | None = None,
    ) -> Body:
        """Return the answer's JSON object.

        :param body: called anew for each try.
        :raises client.DaemonError: of the last try.
        """
        pause = FIRST_PAUSE
        said = ''
        while True:
            try:
                return client.ask(
                    self._socket_path,
                    method,
                    path,
                    None if body is None else body(),
                    max(0.1, self._left),
                )
            except client.TooLate as error:
                # That alone would hide what was wrong all the time.
                why = f'{error}; before that: {said}' if said else error
                raise client.TooLate(str(why)) from None
            except client.DaemonError as error:
                if not (error.retriable and self._may_wait(pause)):
                    raise
                if str(error) != said:
                    said = str(error)
                    self._say(f'{said}; trying again')
            _wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _wait(seconds: float) -> None:
    """Wait; SIGTERM ends it, for its handler ends the process."""
    select.select((), (), (), seconds)

# SPDX-License-Identifier: Apache-2.0
"""What readers may cost the daemon, however many they are.

What the daemon does for a reader it does with the interpreter that fences.
"""

from collections.abc import Callable
from collections.abc import Hashable
import functools
import threading
import time

from nova_ha.api import daemon
from nova_ha.api.daemon import Answer
from nova_ha.api.daemon import Question
from nova_ha.looks import Looks

SHARED = 0.5
"""Seconds for which an answer serves whoever asks the same."""

TURNS = 2
"""Requests for what is on record that the daemon is handed at the same time,
where it is the one who reads. More would take longer all together."""


class Spared:
    """A daemon that is asked as little as may be.

    A change is handed on at once, by itself, and what was read before is not
    told to anybody who asks after it.
    """

    def __init__(
        self,
        asked: daemon.Daemon,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._daemon = asked
        self._turns = threading.Semaphore(TURNS)
        self._looks: Looks[Hashable, Answer] = Looks(
            'nova-ha-fencer',
            daemon.late,
            max_age=SHARED,
            patience=daemon.TIMEOUT,
            monotonic=monotonic,
        )

    def share(self, question: Question) -> Answer:
        """Answer, with what others have just been told if it is there.

        :raises errors.BadRequest: the daemon does not answer.
        """
        if question.method != 'GET':
            return self._change(question)
        return self._looks.get(
            question.essence, functools.partial(self._daemon.ask, question)
        )

    def take_turns(self, question: Question) -> Answer:
        """Answer when it is this reader's turn.

        :raises errors.BadRequest: the daemon does not answer.
        """
        if question.method != 'GET':
            return self._change(question)
        with self._turns:
            return self._daemon.ask(question)

    def _change(self, question: Question) -> Answer:
        try:
            return self._daemon.ask(question)
        finally:
            # What is being read now may be from before.
            self._looks.forget()

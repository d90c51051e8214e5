# SPDX-License-Identifier: Apache-2.0
"""Types the lines of a page, and keeps what the terminal shows."""

import collections
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import os
import pty
import select
import subprocess

from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import UnmetError
from tests.lab.walkthrough import pages
from tests.lab.walkthrough.premises import NO_FACTS
from tests.lab.walkthrough.premises import Premises

TIMEOUT = 300.0
"""Seconds that a command may take."""

WELL = (0,)

_ASKS = b'password:'


class Watching:
    """A command that goes on while other things happen."""

    def __init__(self, command: list[str], line: str) -> None:
        self.line = line
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ended(self, codes: Collection[int] = WELL) -> str:
        """Wait for its end; all that it has printed.

        :raises UnmetError: it did not end, or with another code.
        """
        try:
            output, _ = self._process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.stop()
            raise UnmetError(f'{self.line} did not end') from None
        code = self._process.returncode
        if code not in codes:
            raise UnmetError(f'{self.line} ended with {code}: {output}')
        return output

    def stop(self) -> None:
        """End it, if it goes on; its reader is not told."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.communicate()


class Typist:
    """One shell, and one page that is followed in it.

    :ivar page: its name below doc/source.
    :ivar typed: the lines of the page that were, as the page has them.
    :ivar shown: of each of these, what it printed the last time.
    """

    def __init__(
        self,
        play: Play,
        premises: Premises,
        page: str,
        facts: Mapping[str, str] = NO_FACTS,
        variables: Mapping[str, str] = NO_FACTS,
    ) -> None:
        """Open it.

        :param facts: what is typed for what the page has of some other
            cloud.
        :param variables: of the environment of the shell.
        """
        self.typed: list[str] = []
        self.shown: dict[str, str] = {}
        self._play = play
        self._premises = premises
        self.page = page
        self._facts = facts
        self._variables = variables
        self._lines = pages.lines(page)
        self._log = premises.typed

    def type(
        self,
        line: str,
        codes: Collection[int] = WELL,
        instead: Mapping[str, str] = NO_FACTS,
        answer: str = '',
        text: str = '',
        secret: str = '',
    ) -> str:
        """Type a line of the page; its output, errors as well.

        :param codes: the exit codes of which it has to have one.
        :param instead: further facts, of this situation.
        :param answer: what is typed at its questions; it is asked for at a
            terminal then.
        :param text: what it reads on its standard input.
        :param secret: what is typed wherever it asks for a password.
        :raises UnmetError: it ended otherwise, or the page has no such line.
        """
        typed = self._as_typed(line, instead)
        command = self._premises.command(typed, self._variables)
        if answer:
            done = _at_terminal(command, answer)
        elif secret:
            done = _asked_for_password(command, secret)
        else:
            done = _piped(command, text)
        return self._told(line, typed, done, codes)

    def type_online(
        self, line: str, instead: Mapping[str, str] = NO_FACTS
    ) -> str:
        """The same for what needs the Internet."""
        typed = self._as_typed(line, instead)
        done = self._premises.online(typed)
        return self._told(line, typed, done, WELL)

    def begin(
        self, line: str, instead: Mapping[str, str] = NO_FACTS
    ) -> Watching:
        """Type a line that goes on; see :meth:`ended`."""
        typed = self._as_typed(line, instead)
        return Watching(self._premises.command(typed, self._variables), line)

    def ended(self, watching: Watching, codes: Collection[int] = WELL) -> str:
        """Wait until it has; what it has printed."""
        output = watching.ended(codes)
        self._keep(watching.line, watching.line, output, 'ended')
        return output

    def _as_typed(self, line: str, instead: Mapping[str, str]) -> str:
        self._play.require(
            line in self._lines, f'{self.page} has the line {line}'
        )
        self.typed.append(line)
        typed = pages.filled(line, {**self._facts, **instead})
        self._play.say(f'$ {typed}')
        return typed

    def _told(
        self,
        line: str,
        typed: str,
        done: 'subprocess.CompletedProcess[str]',
        codes: Collection[int],
    ) -> str:
        output = done.stdout + done.stderr
        self._keep(line, typed, output, str(done.returncode))
        self._play.require(
            done.returncode in codes,
            f'{typed} ends with {codes}; it ended with {done.returncode}: '
            f'{output}',
        )
        return output

    def _keep(self, line: str, typed: str, output: str, end: str) -> None:
        self.shown[line] = output
        with self._log.open('a', encoding='utf-8') as stream:
            stream.write(f'$ {typed}\n{output}[{end}]\n\n')


def _piped(
    command: list[str], text: str
) -> 'subprocess.CompletedProcess[str]':
    return subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )


def _at_terminal(
    command: list[str], answer: str
) -> 'subprocess.CompletedProcess[str]':
    """Its input is a terminal, on which the answers are typed ahead."""
    ours, its = pty.openpty()
    try:
        os.write(ours, answer.encode())
        return subprocess.run(
            command,
            stdin=its,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
    finally:
        os.close(its)
        os.close(ours)


def _asked_for_password(
    command: list[str], secret: str
) -> 'subprocess.CompletedProcess[str]':
    """What is typed before it has asked is thrown away.

    In a session of its own: or it would ask at the terminal of whoever runs
    the lab.
    """
    ours, its = pty.openpty()
    with subprocess.Popen(
        command,
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        pipe = process.stdout.fileno()
        output = b''
        while True:
            ready, _, _ = select.select([ours, pipe], [], [], TIMEOUT)
            if not ready:
                process.terminate()
                break
            pieces = {each: os.read(each, 4096) for each in ready}
            if pieces.get(pipe) == b'':
                break
            output += pieces.get(pipe, b'')
            # It asks at its terminal, or, where it finds none, on the pipe.
            for piece in pieces.values():
                for _ in range(piece.lower().count(_ASKS)):
                    os.write(ours, f'{secret}\n'.encode())
    os.close(its)
    os.close(ours)
    return subprocess.CompletedProcess(
        command, process.returncode, output.decode(), ''
    )


def require_all_typed(
    play: Play, shells: Iterable[Typist], excused: Sequence[str] = ()
) -> None:
    """No command of the pages was left out, in one shell or the other.

    :param excused: how those begin that cannot be typed on a lab.
    :raises UnmetError: some were.
    """
    typed: dict[str, list[str]] = collections.defaultdict(list)
    for shell in shells:
        typed[shell.page] += shell.typed
    for page, lines in typed.items():
        left = pages.left_out(page, lines, excused)
        play.require(not left, f'all of {page} was typed, but for {left}')
        play.say(f'{len(lines)} lines of {page} were typed')

# SPDX-License-Identifier: Apache-2.0
"""The fence agent's options: one table for stdin, argv, help and metadata.

Pacemaker gives ``key=value`` lines on stdin and no arguments; a person gives
arguments. The result is the same.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

SOCKET = '/run/nova-ha/fencer.sock'
TIMEOUT = 55.0
MAX_TIMEOUT = 3600.0
ACTIONS = (
    'off',
    'on',
    'reboot',
    'status',
    'monitor',
    'list',
    'list-status',
    'metadata',
    'validate-all',
)


class UsageError(Exception):
    """The options cannot be used; the text says which and why."""


class Options:
    """What the caller wants.

    :ivar plug: the target as the caller's host map names it.
    :ivar nodename: the target as Pacemaker names it.
    :ivar timeout: seconds.
    """

    def __init__(self) -> None:
        self.action = 'reboot'
        self.plug = ''
        self.nodename = ''
        self.socket = SOCKET
        self.timeout = TIMEOUT
        self.verbose = False
        self.debug_file = ''
        self.version = False
        self.help = False

    @property
    def target(self) -> str:
        """The host that is meant; '' where none was named."""
        return self.plug or self.nodename


def _text(value: str) -> object:
    return value


def _flag(value: str) -> object:
    return value.lower() not in ('', '0', 'no', 'false', 'off')


def _action(value: str) -> object:
    if value not in ACTIONS:
        raise UsageError(
            f'unknown action {value!r}: use one of {", ".join(ACTIONS)}'
        )
    return value


def _seconds(value: str) -> object:
    try:
        seconds = float(value.removesuffix('s'))
    except ValueError:
        raise UsageError(f'timeout {value!r} is no number') from None
    if not 0 < seconds <= MAX_TIMEOUT:
        raise UsageError(
            f'timeout {value!r} is not between 0 and {MAX_TIMEOUT:g} seconds'
        )
    return seconds


def _socket(value: str) -> object:
    if not value.startswith('/'):
        raise UsageError(f'socket {value!r} is not an absolute path')
    return value


class Option:
    """A row of the table.

    :ivar key: attribute of :class:`Options`.
    :ivar names: keys on stdin; the first is the one to use.
    :ivar argument: what follows the flag on the command line; '' for a flag
        that stands alone.
    :ivar read: turns what was given into the value.
    :ivar about: a sentence without its full stop.
    """

    def __init__(
        self,
        names: Sequence[str],
        flags: Sequence[str],
        argument: str,
        read: Callable[[str], object],
        about: str,
    ) -> None:
        self.key = names[0]
        self.names = names
        self.flags = flags
        self.argument = argument
        self.read = read
        self.about = about

    @property
    def kind(self) -> str:
        """The type, as the metadata calls it."""
        if self.read is _seconds:
            return 'second'
        return 'string' if self.argument else 'boolean'

    @property
    def usage(self) -> str:
        """The flags as fence-agents writes them."""
        ending = f'=[{self.argument}]' if self.argument else ''
        return ', '.join(self.flags) + ending


OPTIONS: Sequence[Option] = (
    Option(
        ('action',), ('-o', '--action'), 'action', _action, 'Fencing action'
    ),
    Option(
        ('plug', 'port'),
        ('-n', '--plug'),
        'name',
        _text,
        'Host to act on: its name in nova or in Pacemaker',
    ),
    Option(
        ('nodename',),
        ('--nodename',),
        'name',
        _text,
        'Host to act on where no plug is given; Pacemaker passes it',
    ),
    Option(
        ('socket',),
        ('-s', '--socket'),
        'path',
        _socket,
        'Unix socket of nova-ha-fencer on this machine',
    ),
    Option(
        ('timeout',),
        ('-t', '--timeout'),
        'seconds',
        _seconds,
        'Seconds in which off, on and reboot end; inside them the agent '
        'waits for the daemon and for the BMC. Keep it 5 below what '
        'Pacemaker allows: stonith-timeout (60), or pcmk_off_timeout and '
        'pcmk_reboot_timeout where set. Other actions end within 15',
    ),
    Option(
        ('verbose',),
        ('-v', '--verbose'),
        '',
        _flag,
        'Say on stderr what is being done',
    ),
    Option(
        ('debug_file',),
        ('-D', '--debug-file'),
        'path',
        _text,
        'Append to this file what is being done',
    ),
    Option(('version',), ('-V', '--version'), '', _flag, 'Show the version'),
    Option(('help',), ('-h', '--help'), '', _flag, 'Show this help'),
)


def from_stdin(text: str) -> Options:
    """Read options as Pacemaker gives them.

    Keys that are not ours are ignored: Pacemaker and its tools pass whatever
    a resource is configured with.

    :raises UsageError: a value cannot be used.
    """
    known = {name: option for option in OPTIONS for name in option.names}
    options = Options()
    for line in text.splitlines():
        key, equals, value = line.strip().partition('=')
        option = known.get(key.strip().replace('-', '_'))
        if option is not None and equals:
            setattr(options, option.key, option.read(value.strip()))
    return options


def from_argv(arguments: Sequence[str]) -> Options:
    """Read options from a command line.

    :raises UsageError: an option is unknown, lacks its value or has one that
        cannot be used.
    """
    known = {flag: option for option in OPTIONS for flag in option.flags}
    options = Options()
    words = iter(arguments)
    for word in words:
        flag, value = _split(word)
        option = known.get(flag)
        if option is None:
            raise UsageError(f'unknown argument {word!r}; see --help')
        setattr(options, option.key, option.read(_value(option, value, words)))
    return options


def _split(word: str) -> tuple[str, str | None]:
    """Return flag and value of ``--flag=value``, ``-fvalue``, ``--flag``."""
    if word.startswith('--'):
        flag, equals, value = word.partition('=')
        return flag, value if equals else None
    return word[:2], word[2:] or None


def _value(option: Option, value: str | None, words: Iterator[str]) -> str:
    if not option.argument:
        if value is not None:
            raise UsageError(f'{option.flags[-1]} takes no value')
        return '1'
    if value is None:
        value = next(words, None)
    if value is None:
        raise UsageError(f'{option.flags[-1]} needs a value')
    return value

# SPDX-License-Identifier: Apache-2.0
"""Arguments that several commands take."""

import argparse
from collections.abc import Sequence
import datetime

from nova_ha.osc import following

WAIT = 3600.0
"""Seconds that --wait waits at most, where nothing else is said."""


def positive(word: str) -> int:
    """Take a number from 1 on."""
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError('must be 1 or more')
    return number


def seconds(word: str) -> float:
    """Take a number of seconds greater than 0."""
    number = float(word)
    if not 0 < number < float('inf'):
        raise argparse.ArgumentTypeError('must be more than 0 seconds')
    return number


def moment(word: str) -> str:
    """Take a time in ISO 8601; one without an offset is in UTC."""
    try:
        at = datetime.datetime.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'{word} is no time such as 2026-05-04T03:02:01Z'
        ) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.UTC)
    return at.isoformat()


def add_recovery(parser: argparse.ArgumentParser) -> None:
    """Add the recovery that a command is about."""
    parser.add_argument(
        'recovery',
        metavar='<recovery>',
        help='A recovery: its uuid, the beginning of it (from four '
        'characters on), or the name of a host, whose active recovery or '
        'else whose newest is meant.',
    )


def add_host(parser: argparse.ArgumentParser) -> None:
    """Add the host that a command looks at."""
    parser.add_argument(
        'host',
        metavar='<host>',
        help='The host, by its name in nova or in Pacemaker, or the '
        'beginning of it.',
    )


def add_host_in_full(parser: argparse.ArgumentParser) -> None:
    """Add the host that a command does something to."""
    parser.add_argument(
        'host',
        metavar='<host>',
        help='The host, by its full name in nova or in Pacemaker.',
    )


def add_states(parser: argparse.ArgumentParser, states: Sequence[str]) -> None:
    """Add which states a list is of."""
    parser.add_argument(
        '--state',
        action='append',
        choices=states,
        help='Show only those in this state; repeat it for several.',
    )


def add_paging(parser: argparse.ArgumentParser, marker: str) -> None:
    """Add what part of a list is wanted.

    :param marker: what the marker is.
    """
    add_limit(parser)
    parser.add_argument(
        '--marker',
        metavar=f'<{marker}>',
        help=f'Begin behind the one with this {marker}.',
    )


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add how much of a list is wanted."""
    parser.add_argument(
        '--limit',
        metavar='<number>',
        type=positive,
        help='Show at most so many. By default all there are are fetched, '
        'page after page.',
    )


def add_wait(parser: argparse.ArgumentParser) -> None:
    """Add the wish to wait for a recovery, and for how long."""
    parser.add_argument(
        '--wait',
        action='store_true',
        help='Return only when the recovery has got as far as --until says, '
        'with exit code 0, or when it has failed or the time is up, with '
        'exit code 1.',
    )
    add_until(parser)
    _add_timeout(parser, 'The recovery goes on all the same.')


def add_wait_for_power(parser: argparse.ArgumentParser) -> None:
    """Add the wish to wait until a host is on, and for how long."""
    parser.add_argument(
        '--wait',
        action='store_true',
        help='Return only when the host is on, with exit code 0, or when the '
        'time is up, with exit code 1.',
    )
    _add_timeout(parser, 'What was asked for holds all the same.')


def add_until(parser: argparse.ArgumentParser) -> None:
    """Add what is waited for."""
    parser.add_argument(
        '--until',
        choices=('evacuated', 'completed'),
        default='evacuated',
        help='What is waited for: evacuated, when every instance is '
        'accounted for, or completed, when the host serves again as well '
        '(default: %(default)s).',
    )


def _add_timeout(parser: argparse.ArgumentParser, after: str) -> None:
    parser.add_argument(
        '--timeout',
        metavar='<seconds>',
        type=seconds,
        default=WAIT,
        help='Wait no longer than so many seconds (default: %(default)g). '
        f'{after}',
    )


def pace(args: argparse.Namespace) -> following.Pace:
    """Return the pace of whoever waits so long as ``--timeout`` says."""
    return following.Pace(timeout=args.timeout)

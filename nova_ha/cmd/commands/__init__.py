# SPDX-License-Identifier: Apache-2.0
"""The commands of nova-ha-manage, one module a noun.

A module ``<noun>.py`` listed in :data:`NOUNS` has one function::

    def register(subparsers: Subparsers) -> None

It adds the noun's parser, and below it one parser a verb, each with
``parser.set_defaults(handler=function)``. Of the arguments, ``config_file``
and ``debug`` are taken. A handler is called as ::

    handler(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int

with every option of nova-ha registered and the configuration files read. It
prints its result to stdout and returns the exit code: one of :data:`OK` and
:data:`FAILED`. What goes wrong as it may, it raises as
:class:`~nova_ha.recovery.errors.RecoveryError` or :class:`CommandError`;
nova-ha-manage prints that as one line on stderr and exits with
:data:`FAILED`.
"""

import argparse
from collections.abc import Callable
from collections.abc import Sequence
import importlib
import sys
from typing import TYPE_CHECKING
from typing import TypeAlias

from oslo_config import cfg

if TYPE_CHECKING:
    # argparse has no public name for what add_subparsers() returns.
    Subparsers: TypeAlias = (
        'argparse._SubParsersAction[argparse.ArgumentParser]'  # noqa: SLF001
    )

Handler: TypeAlias = Callable[[cfg.ConfigOpts, argparse.Namespace], int]

OK = 0
FAILED = 1
USAGE = 2

NOUNS: Sequence[str] = (
    'capacity',
    'catalog',
    'db',
    'explain',
    'fence',
    'hosts',
    'mode',
    'pacemaker',
    'recovery',
    'rehearsal',
    'snapshots',
    'spare',
)
"""The modules of this package that have commands, as --help lists them."""


class CommandError(Exception):
    """A command cannot do what was asked; the text says why, in a line."""


def telling_all(handler: Handler) -> Handler:
    """Print every problem of a file of ours, each on its line."""

    def handle(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
        from nova_ha.yaml_file.problems import FileError

        try:
            return handler(conf, args)
        except FileError as error:
            print(error, file=sys.stderr)
            return FAILED

    return handle


def register(subparsers: 'Subparsers') -> None:
    """Let every noun add its commands."""
    for noun in NOUNS:
        importlib.import_module(f'{__name__}.{noun}').register(subparsers)

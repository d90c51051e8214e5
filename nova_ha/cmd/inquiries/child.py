# SPDX-License-Identifier: Apache-2.0
"""Answers one question in a process of its own; see :mod:`.process`.

    python -m nova_ha.cmd.inquiries.child [--config-file FILE]... QUESTION

prints ``{"answer": ...}``, or ``{"error": {"kind": ..., "message": ...}}``
with the name of a class of :mod:`nova_ha.recovery.errors`.
"""

import argparse
from collections.abc import Sequence
import sys
from typing import Any

from nova_ha.cmd import configuration
from nova_ha.cmd import priority
from nova_ha.cmd.commands import output
from nova_ha.cmd.inquiries import capacity
from nova_ha.cmd.inquiries import snapshots
from nova_ha.recovery import errors


def main(argv: Sequence[str] | None = None) -> int:
    """Answer; whatever goes wrong as it may is an answer, too."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--config-file', action='append', default=[])
    parser.add_argument('--config-dir', action='append', default=[])
    parser.add_argument('--upto', type=int, default=1)
    parser.add_argument('question', choices=('capacity', 'snapshots'))
    args = parser.parse_args(argv)
    priority.step_back()
    try:
        output.print_json({'answer': _answer(args)})
    except errors.RecoveryError as error:
        told = {'kind': _kind(error), 'message': str(error)}
        output.print_json({'error': told})
    return 0


def _answer(args: argparse.Namespace) -> Any:
    given = [f'--config-file={file}' for file in args.config_file]
    given += [f'--config-dir={place}' for place in args.config_dir]
    conf = configuration.read_own(given, files=[])
    if args.question == 'capacity':
        return capacity.answer(conf, args.upto)
    return snapshots.answer(conf)


def _kind(error: errors.RecoveryError) -> str:
    """Return the name of its nearest class that everybody knows."""
    return next(
        kind.__name__
        for kind in type(error).__mro__
        if kind.__module__ == errors.__name__
    )


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage: what an operator does on a controller itself."""

import argparse
from collections.abc import Sequence
import logging
import sys

from oslo_config import cfg
from oslo_log import log

from nova_ha.cmd import commands
from nova_ha.cmd import configuration
from nova_ha.recovery import errors
from nova_ha.version import version_string

DEFAULT_FILE = '/etc/nova-ha/nova-ha.conf'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    0: done. 1: failed or not found, with one line on stderr that says why.
    2: this is not how it is used.
    """
    args = _parser().parse_args(argv)
    try:
        return _run(args)
    except BrokenPipeError:
        # Whoever read the output has had enough of it (| head).
        sys.stderr.close()
        return commands.OK
    except KeyboardInterrupt:
        return _fail('interrupted')
    except (
        cfg.Error,
        commands.CommandError,
        errors.RecoveryError,
    ) as error:
        return _fail(error)


def _run(args: argparse.Namespace) -> int:
    _set_up_logging(args.debug)
    conf = configuration.read_own([], args.config_file)
    handler: commands.Handler = args.handler
    code = handler(conf, args)
    sys.stdout.flush()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='nova-ha-manage',
        description='Look after nova-ha on this controller.',
    )
    parser.add_argument(
        '--config-file',
        metavar='FILE',
        action='append',
        help='configuration file; may be given more than once, the last one '
        f'wins (default: {DEFAULT_FILE} and what oslo.config looks for)',
    )
    parser.add_argument(
        '--debug', action='store_true', help='show what is logged, on stderr'
    )
    parser.add_argument(
        '--version', action='version', version=version_string()
    )
    commands.register(
        parser.add_subparsers(title='commands', metavar='NOUN', required=True)
    )
    return parser


def _set_up_logging(debug: bool) -> None:
    """Send warnings to stderr, whatever the service logs and where."""
    conf = cfg.ConfigOpts()
    log.register_options(conf)
    configuration.load(conf, [], files=[])
    conf.set_override('use_stderr', True)
    conf.set_override('debug', debug)
    log.setup(conf, configuration.PROJECT)
    if not debug:
        logging.getLogger().setLevel(logging.WARNING)
        # It tells of errors with a traceback that end as a line here.
        logging.getLogger('oslo_db').setLevel(logging.CRITICAL)


def _fail(reason: object) -> int:
    line = ' '.join(str(reason).split())
    print(f'nova-ha-manage: {line}', file=sys.stderr)
    return commands.FAILED


if __name__ == '__main__':
    sys.exit(main())

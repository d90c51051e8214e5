# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage pacemaker check."""

import argparse
from collections.abc import Sequence
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import output
from nova_ha.cmd.commands import pacemaker_hosts

if TYPE_CHECKING:
    from nova_ha.cluster.check.facts import Settings
    from nova_ha.cluster.check.findings import Finding

QUERY = ('cibadmin', '--query')

SHOWN = 5
"""Places of a finding that the table names."""

WIDTH = 56
"""Characters of a line of the table's text."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where the configuration and nova's hosts come from."""
    parser.add_argument(
        '--cib',
        metavar='FILE',
        help='what "cibadmin --query" printed; - is standard input (default: '
        'ask the cluster)',
    )
    parser.add_argument(
        '--nova',
        action='store_true',
        help="compare with nova's list of compute services, too",
    )


def run(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    """Print what was found; FAILED if something must be mended."""
    from nova_ha.cluster.check import reader
    from nova_ha.cluster.check import registry
    from nova_ha.cluster.check import traps  # noqa: F401  registers them
    from nova_ha.cluster.check.facts import Facts
    from nova_ha.cluster.check.findings import Severity

    try:
        parsed = reader.parse(_text(conf, args.cib))
    except reader.CibError as error:
        raise commands.CommandError(
            f'{args.cib or "cibadmin --query"}: {error}'
        ) from None
    facts = Facts(
        cib=parsed,
        hosts=pacemaker_hosts.load(conf),
        settings=_settings(conf),
        nova=_nova(conf) if args.nova else None,
    )
    found = registry.findings(facts)
    if args.format == 'json':
        output.print_json(found)
    else:
        _print(found)
    good = all(one.severity is Severity.NOTE for one in found)
    return commands.OK if good else commands.FAILED


def _text(conf: cfg.ConfigOpts, file: str | None) -> str:
    """Return a file, standard input, or what the cluster answers.

    :raises commands.CommandError: there is no such thing.
    """
    try:
        if file == '-':
            return sys.stdin.read()
        if file:
            return pathlib.Path(file).read_text(encoding='utf-8')
        done = subprocess.run(
            QUERY,
            capture_output=True,
            text=True,
            check=False,
            timeout=conf.cluster.command_timeout,
        )
    except subprocess.TimeoutExpired:
        raise commands.CommandError(
            f'{" ".join(QUERY)} did not end within '
            f'{conf.cluster.command_timeout:g} s; is Pacemaker starting?'
        ) from None
    except (OSError, UnicodeError) as error:
        raise commands.CommandError(
            f'{file or QUERY[0]} cannot be read: {error}; run this on a '
            'controller, or give a file with --cib'
        ) from None
    if done.returncode:
        raise commands.CommandError(
            f'{" ".join(QUERY)} failed: {done.stderr.strip()}; run this as '
            'root on a controller where Pacemaker runs, or give a file with '
            '--cib'
        )
    return done.stdout


def _settings(conf: cfg.ConfigOpts) -> 'Settings':
    from nova_ha.cluster.check.facts import Settings
    from nova_ha.pacemaker import options

    return Settings(
        gate=conf.cluster.gate_attribute,
        compute_resource=conf.cluster.compute_resource,
        socket=conf.fencer.socket,
        agent_timeout=options.TIMEOUT,
        fence_timeout=conf.fencer.fence_timeout,
        attempt_timeout=conf.power.attempt_timeout,
    )


def _nova(conf: cfg.ConfigOpts) -> Sequence[str] | None:
    """Return nova's hosts; None, and a word on stderr, if it is away."""
    from nova_ha.compute.gateway import NovaCompute
    from nova_ha.recovery import errors

    try:
        return NovaCompute.from_conf(conf).hosts()
    except errors.ComputeError as error:
        print(f'note: not compared with nova: {error}', file=sys.stderr)
        return None


def _print(found: 'Sequence[Finding]') -> None:
    if not found:
        print('No trap found.')
        return
    output.print_blocks(
        [
            {
                f'{one.severity.value}': one.trap,
                'where': _places(one.places),
                'what': one.text,
                'so': one.consequence,
                'do': one.remedy,
            }
            for one in found
        ],
        WIDTH,
    )


def _places(places: Sequence[str]) -> str:
    more = len(places) - SHOWN
    named = ', '.join(places[:SHOWN])
    return f'{named} and {more} more' if more > 0 else named

# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage db: the store's schema."""

import argparse
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.cmd import commands

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers


def register(subparsers: 'Subparsers') -> None:
    """Add ``db sync`` and ``db version``."""
    parser = subparsers.add_parser('db', help="the store's schema")
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    sync = verbs.add_parser(
        'sync',
        help='make or upgrade the tables; once, on one controller, before '
        'the fencers of a new release are started',
    )
    sync.set_defaults(handler=_sync)
    version = verbs.add_parser(
        'version',
        help="show the schema's version; exit code 1 unless it is the one "
        'this release needs',
    )
    version.set_defaults(handler=_version)


def _sync(conf: cfg.ConfigOpts, _args: argparse.Namespace) -> int:
    from nova_ha.db import migration
    from nova_ha.db import schema

    before = schema.version(conf)
    migration.sync(conf)
    after = schema.version(conf)
    if before == after:
        print(f'Schema {after} is up to date.')
    else:
        print(f'Schema {before or "(none)"} upgraded to {after}.')
    return commands.OK


def _version(conf: cfg.ConfigOpts, _args: argparse.Namespace) -> int:
    from nova_ha.db import schema

    print(schema.version(conf) or '(none)')
    schema.check(conf)
    return commands.OK

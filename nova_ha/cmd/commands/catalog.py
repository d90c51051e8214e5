# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage catalog: nova-ha in Keystone's catalogue."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib import parse

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.cmd.commands import output

if TYPE_CHECKING:
    from nova_ha.cmd.commands import Subparsers
    from nova_ha.keystone.catalog import Catalog
    from nova_ha.keystone.catalog import Change

WHO = (
    'Logs in as section [keystone] of nova-ha.conf says, or [nova] where it '
    'says nothing. It takes the role admin: give another user in a file of '
    'its own, with a second --config-file.'
)


def register(subparsers: 'Subparsers') -> None:
    """Add ``catalog register`` and ``catalog unregister``."""
    parser = subparsers.add_parser(
        'catalog', help='how clients find nova-ha: its entry in Keystone'
    )
    verbs = parser.add_subparsers(metavar='VERB', required=True)
    adding = _verb(
        verbs,
        'register',
        'write nova-ha and its endpoints into the catalogue; may be repeated',
    )
    adding.add_argument(
        '--public-url',
        metavar='URL',
        type=_url,
        required=True,
        help='where the REST API is, without a version '
        '(https://ha.example.org:8790)',
    )
    for interface in ('internal', 'admin'):
        adding.add_argument(
            f'--{interface}-url',
            metavar='URL',
            type=_url,
            help='the same for those who take the endpoint of this '
            'interface (default: not registered, or left as it is)',
        )
    adding.set_defaults(handler=_register)
    removing = _verb(
        verbs,
        'unregister',
        'take the endpoints of a region out of the catalogue, and the '
        'service with the last of them',
    )
    removing.set_defaults(handler=_unregister)


def _verb(
    verbs: 'Subparsers', name: str, about: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(
        name, help=about, description=f'{about.capitalize()}. {WHO}'
    )
    parser.add_argument(
        '--region',
        metavar='REGION',
        required=True,
        help='which region it is in',
    )
    output.add_format_option(parser)
    return parser


def _url(text: str) -> str:
    found = parse.urlsplit(text)
    if found.scheme not in ('http', 'https') or not found.netloc:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no URL such as https://ha.example.org:8790'
        )
    if found.path.rstrip('/').endswith('/v1') or found.query:
        raise argparse.ArgumentTypeError(
            f'{text!r}: leave the version away, clients find it out'
        )
    return text.rstrip('/')


def _register(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    urls = {
        'public': args.public_url,
        'internal': args.internal_url,
        'admin': args.admin_url,
    }
    wanted = {name: url for name, url in urls.items() if url}
    return _told(_catalog(conf).register(args.region, wanted), args.format)


def _unregister(conf: cfg.ConfigOpts, args: argparse.Namespace) -> int:
    return _told(_catalog(conf).unregister(args.region), args.format)


def _catalog(conf: cfg.ConfigOpts) -> 'Catalog':
    from nova_ha.conf import catalog as catalog_conf
    from nova_ha.keystone.catalog import Catalog
    from nova_ha.keystone.connection import Misconfigured

    try:
        return Catalog.from_conf(conf, catalog_conf.GROUP)
    except Misconfigured as error:
        raise commands.CommandError(str(error)) from None


def _told(changes: 'Iterable[Change]', how: str) -> int:
    """Print what was done, also where something failed after it."""
    from nova_ha.keystone.catalog import CatalogError

    done: list[Change] = []
    trouble = ''
    try:
        for change in changes:
            done.append(change)  # noqa: PERF402  what came before an error
    except CatalogError as error:
        trouble = str(error)
    if how == 'json':
        output.print_json(done)
    elif done:
        output.print_table(
            ('Done', 'What', 'Id', 'Entry'),
            [(one.done, one.what, one.id, one.about) for one in done],
        )
    elif not trouble:
        print('There is nothing of nova-ha in the catalogue there.')
    if trouble:
        raise commands.CommandError(trouble)
    return commands.OK

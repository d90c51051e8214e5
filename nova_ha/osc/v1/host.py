# SPDX-License-Identifier: Apache-2.0
"""openstack ha host ..."""

import argparse
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc.commands import Column

CHECK = 300.0
"""Seconds: a host may have several devices, each with patience of its own."""


class ListHosts(commands.Lister):
    """List the hosts that nova-ha can fence.

    Nova, Pacemaker and nova-ha are shown side by side: whether a host is
    protected, and if not, what is missing and what to do about it.
    """

    COLUMNS = (
        Column('Host', 'name'),
        Column('Node', 'node', long=True),
        Column('Drivers', 'drivers', long=True),
        Column('Reserved', 'reserved', long=True),
        Column('Status', 'nova.status'),
        Column('State', 'nova.state'),
        Column('Forced Down', 'nova.forced_down', long=True),
        Column('Disabled Reason', 'nova.disabled_reason', long=True),
        Column('Zone', 'nova.zone', long=True),
        Column('Instances', 'nova.instances', long=True),
        Column('Cluster', 'cluster.state'),
        Column('Gate', 'cluster.gate', long=True),
        Column('Recovery', 'recovery.state'),
        Column('Recovery UUID', 'recovery.uuid', long=True),
        Column('Protected', 'protected'),
        Column('Why Not', 'why'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            '--protected',
            action='store_true',
            default=None,
            help='Show only hosts that are protected.',
        )
        which.add_argument(
            '--not-protected',
            dest='protected',
            action='store_false',
            help='Show only hosts that are not protected.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        wanted = parsed_args.protected
        hosts = self.client.get('hosts', detail=True)['hosts']
        return self.listed(
            parsed_args,
            [h for h in hosts if wanted in (None, h.get('protected'))],
        )


class ShowHost(commands.ShowOne):
    """Show all that is known of a host.

    Nova's record, Pacemaker's, and the active recovery. The power is not
    asked for: see "host power show" and "host check".
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_host(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        name = finding.host(self.client, parsed_args.host)
        host = self.client.get('hosts', name)['host']
        if host.get('power') is None:
            host.pop('power', None)
        return self.shown(host)


class CheckHost(commands.Lister):
    """Try the power devices of hosts: login, privilege and power state.

    Nothing is changed. The exit code is 0 if every device could be used to
    power its host off, and 1 if there is a problem with one.
    """

    COLUMNS = (
        Column('Host', 'host'),
        Column('Driver', 'driver'),
        Column('Address', 'address'),
        Column('State', 'state'),
        Column('Result', 'result'),
        Column('Seconds', 'seconds'),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'hosts',
            metavar='<host>',
            nargs='*',
            help='A host, by its name in nova or in Pacemaker, or the '
            'beginning of it. Without any, all hosts are checked.',
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        api = self.client
        names = [finding.host(api, name) for name in parsed_args.hosts]
        if not names:
            names = [one['name'] for one in api.get('hosts')['hosts']]
        rows = []
        for name in names:
            check = api.ask(
                'POST', 'hosts', name, 'check', body={}, timeout=CHECK
            ).body['check']
            if not check['ok']:
                self.exit_code = commands.FAILED
            rows += [{'host': name, **device} for device in check['devices']]
        return self.listed(parsed_args, rows)

# SPDX-License-Identifier: Apache-2.0
"""openstack ha host power ..."""

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc import following

INTERVAL = 3.0
"""Seconds between two looks: each asks the BMC."""

ON = 'on'


class ShowHostPower(commands.ShowOne):
    """Read a host's power state afresh, through its power driver."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_host(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        name = finding.host(self.client, parsed_args.host)
        return self.shown(self.client.get('hosts', name, 'power'))


class PowerOnHost(commands.ShowOne):
    """Power a host on, now or when its recovery allows it.

    While a host is being recovered the wish is noted, and carried out when
    its instances have been started elsewhere, or as [engine] power_on_after
    of the service has it. Shown is the power as it is read afterwards.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_host_in_full(parser)
        arguments.add_wait_for_power(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        host = parsed_args.host
        self.client.post('hosts', host, 'power-on')
        power = self._read(host, parsed_args)
        if power['power'] != ON:
            self.app.stderr.write(
                f'{host} is not on yet: it comes on by itself, or as soon as '
                'its recovery allows it. --wait waits for that.\n'
            )
        return self.shown(power)

    def _read(self, host: str, args: argparse.Namespace) -> Mapping[str, Any]:
        """Return the power, after the wait that was wished."""
        pace = dataclasses.replace(arguments.pace(args), interval=INTERVAL)
        for seen in following.power(self.client, host, pace):
            if seen.answer['power'] == ON or not args.wait:
                break
        return seen.answer

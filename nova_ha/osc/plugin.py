# SPDX-License-Identifier: Apache-2.0
"""What python-openstackclient asks a plugin for; the names are its own."""

import argparse
from collections.abc import Sequence
from typing import Any

from osc_lib import clientmanager
from osc_lib import exceptions
from osc_lib import utils

from nova_ha.osc import client

API_NAME = 'compute_ha'
API_VERSION_OPTION = 'os_compute_ha_api_version'
DEFAULT_API_VERSION = '1.0'
NEWEST = '1.0'
"""The newest version that these commands know."""

LATEST = 'latest'
OVERRIDE = 'compute_ha_endpoint_override'
"""In clouds.yaml; the option and the variable are named after it."""


def make_client(instance: clientmanager.ClientManager) -> client.Client:
    """Return the client for the cloud that the user has chosen."""
    return client.Client.of(
        instance.session,
        region_name=instance.region_name,
        interface=instance.interface,
        override=instance.get_configuration().get(OVERRIDE),
        microversion=_microversion(instance._api_version[API_NAME]),  # noqa: SLF001
    )


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add the options that stand before the command."""
    parser.add_argument(
        '--os-compute-ha-api-version',
        metavar='<compute-ha-api-version>',
        action=_Version,
        # A default here would win over clouds.yaml.
        default=_newest(utils.env('OS_COMPUTE_HA_API_VERSION')),
        help='The version of the compute-ha API that is asked for, such as '
        f'1.0, or latest for the newest that the client knows: {NEWEST} '
        f'(default: {DEFAULT_API_VERSION}; Env: OS_COMPUTE_HA_API_VERSION)',
    )
    parser.add_argument(
        '--os-compute-ha-endpoint-override',
        metavar='<url>',
        default=utils.env('OS_COMPUTE_HA_ENDPOINT_OVERRIDE'),
        help='Where nova-ha answers, instead of what the catalogue says '
        '(Env: OS_COMPUTE_HA_ENDPOINT_OVERRIDE)',
    )
    return parser


def check_api_version(version: str) -> bool:
    """Refuse what is no version of this API.

    :return: True: it has been checked, a table of versions is not needed.
    """
    major, _, minor = str(version).partition('.')
    if major == '1' and (not minor or minor.isdecimal()):
        return True
    raise exceptions.CommandError(
        f'"{version}" is no version of the compute-ha API that this client '
        f'knows: say {DEFAULT_API_VERSION}, by --os-compute-ha-api-version, '
        'OS_COMPUTE_HA_API_VERSION or compute_ha_api_version in clouds.yaml'
    )


def _microversion(version: str) -> str:
    return version if '.' in version else f'{version}.0'


def _newest(version: str | None) -> str | None:
    # The commands are found by the major version, so it must be a number.
    return NEWEST if version == LATEST else version


class _Version(argparse.Action):
    """Takes ``latest`` for the newest version that the client knows."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, _newest(str(values)))

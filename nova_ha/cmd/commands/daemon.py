# SPDX-License-Identifier: Apache-2.0
"""Asks the fencer of this machine, for commands that change something."""

import re

from oslo_config import cfg

from nova_ha.cmd import commands
from nova_ha.pacemaker import client

_UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


def ask(
    conf: cfg.ConfigOpts,
    method: str,
    path: str,
    body: dict[str, object] | None = None,
    seconds: float = 30.0,
) -> dict[str, object]:
    """Send one request and return the answer's JSON object.

    :raises commands.CommandError: there is no answer, or it is no.
    """
    try:
        return client.ask(conf.fencer.socket, method, path, body, seconds)
    except client.DaemonError as error:
        raise commands.CommandError(str(error)) from None


def active_recovery(conf: cfg.ConfigOpts, wanted: str) -> str:
    """Return the uuid meant by a uuid, or by a host with a recovery.

    :raises commands.CommandError: the host has no active recovery.
    """
    if _UUID.fullmatch(wanted):
        return wanted
    path = f'/v1/recoveries?active=true&host={client.quote(wanted)}'
    found = ask(conf, 'GET', path).get('recoveries')
    if not isinstance(found, list) or not found:
        raise commands.CommandError(
            f'{wanted} has no active recovery; '
            'nova-ha-manage recovery list --all shows those that are over'
        )
    return str(found[0]['uuid'])

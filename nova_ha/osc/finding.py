# SPDX-License-Identifier: Apache-2.0
"""From what a person types to the recovery or host that is meant.

Recoveries are acted on, so a host must be named in full there: ``compute-1``
must not become ``compute-10`` because only that one has failed.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import re
from typing import Any

from osc_lib import exceptions

from nova_ha.osc import client
from nova_ha.osc import text

_PREFIX = re.compile(r'[0-9a-f][0-9a-f-]{3,35}')
"""At least four characters: fewer are rather a name."""

SHOWN = 5
"""So many of those that could be meant are named."""


def recovery(api: client.Client, wanted: str) -> str:
    """Return the uuid of the recovery that is meant.

    :param wanted: a uuid, the beginning of one, or a host: its active
        recovery, or else its newest.
    :raises exceptions.CommandError: none, or more than one, could be meant.
    """
    if text.UUID.fullmatch(wanted):
        return wanted
    of_host = newest(api, wanted)
    found = {of_host['uuid']: of_host} if of_host else {}
    if _PREFIX.fullmatch(wanted):
        found |= {
            one['uuid']: one
            for one in api.pages('recoveries', 'recoveries')
            if one['uuid'].startswith(wanted)
        }
    if not found:
        raise exceptions.CommandError(
            f'No recovery has a uuid that begins with {wanted}, and no host '
            'of that name had one: "openstack ha recovery list" shows those '
            'there are.'
        )
    if len(found) > 1:
        raise exceptions.CommandError(
            f'{wanted} could be any of {len(found)} recoveries: '
            f'{_some(_named(one) for one in found.values())}. Give more of '
            'the uuid.'
        )
    return str(next(iter(found)))


def newest(api: client.Client, host: str) -> Mapping[str, Any] | None:
    """Return a host's active recovery, or else its newest; None: it had none.

    :param host: nova's or Pacemaker's name, in full.
    """
    for query in ({'active': True}, {}):
        for one in api.pages(
            'recoveries', 'recoveries', limit=1, host=host, **query
        ):
            return one
    return None


def host(api: client.Client, wanted: str) -> str:
    """Return nova's name of the host that is meant.

    :param wanted: its name in nova or in Pacemaker, or the beginning of one
        if no other has it.
    :raises exceptions.CommandError: none, or more than one, could be meant.
    """
    hosts = api.get('hosts')['hosts']
    exact = [h['name'] for h in hosts if wanted in (h['name'], h.get('node'))]
    # The name in nova counts more: one host's node may be another's name.
    if exact:
        return wanted if wanted in exact else exact[0]
    found = sorted(
        {
            one['name']
            for one in hosts
            if one['name'].startswith(wanted)
            or (one.get('node') or '').startswith(wanted)
        }
    )
    if len(found) == 1:
        return str(found[0])
    if found:
        raise exceptions.CommandError(
            f'{wanted} could be any of {len(found)} hosts: {_some(found)}.'
        )
    raise exceptions.CommandError(
        f'nova-ha knows no host {wanted}: "openstack ha host list" shows '
        'those it knows.'
    )


def _named(one: Mapping[str, Any]) -> str:
    return f'{one["uuid"]} ({one["host"]}, {one["state"]})'


def _some(names: Iterable[str]) -> str:
    every = list(names)
    shown = ', '.join(every[:SHOWN])
    more = len(every) - SHOWN
    return f'{shown} and {more} more' if more > 0 else shown

# SPDX-License-Identifier: Apache-2.0
"""The names and uuids that an API has, which nobody can guess."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import requests

from nova_ha.api.routes import ROUTES

Known = Mapping[str, Sequence[str]]
"""Names and uuids by what they are of: host, server, recovery, ..."""

NUMBER = 50
"""So many of a kind at most."""

#: What has the name that a parameter in a path stands for.
IN_PATH = {
    'host': 'host',
    'id': 'rehearsal',
    'server': 'server',
    'spare': 'spare',
    'uuid': 'recovery',
}
#: Parameters that stand elsewhere, by operation.
ELSEWHERE = {
    'GET /v1/recoveries': {
        'query.host': 'host',
        'query.marker': 'recovery',
    },
    'POST /v1/recoveries': {'body.host': 'host'},
    'GET /v1/recoveries/{uuid}/evacuations': {'query.marker': 'server'},
    'GET /v1/rehearsals': {'query.marker': 'rehearsal'},
}


def look(url: str, token: str) -> dict[str, list[str]]:
    """Return what there is.

    :param token: of a reader.
    """

    def get(path: str) -> Any:
        answer = requests.get(
            f'{url}/v1/{path}', headers={'X-Auth-Token': token}, timeout=120
        )
        return answer.json() if answer.ok else {}

    hosts = [one['name'] for one in get('hosts')['hosts']]
    recoveries = [
        one['uuid']
        for one in get(f'recoveries?limit={NUMBER}').get('recoveries', ())
    ]
    servers = [
        one['uuid']
        for host in hosts
        for one in get(f'hosts/{host}/explain').get('instances', ())
    ]
    servers += [
        one['instance']
        for uuid in recoveries
        for one in get(f'recoveries/{uuid}')['evacuations']
    ]
    rehearsals = get(f'rehearsals?limit={NUMBER}').get('rehearsals', ())
    found = {
        'host': hosts,
        'recovery': recoveries,
        'rehearsal': [one['uuid'] for one in rehearsals],
        'server': servers,
        'spare': [one['spare'] for one in get('spares').get('spares', ())],
    }
    return {kind: _unique(names)[:NUMBER] for kind, names in found.items()}


def operations() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each operation, and of what kind its parameters are."""
    for route in ROUTES:
        in_path = {
            f'path.{name}': kind
            for name, kind in IN_PATH.items()
            if f'{{{name}}}' in route.path
        }
        for method in () if route.local else route.operations:
            name = f'{method} {route.path}'
            yield name, in_path | ELSEWHERE.get(name, {})


def _unique(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))

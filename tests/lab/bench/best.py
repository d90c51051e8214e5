# SPDX-License-Identifier: Apache-2.0
"""The best possible client: nothing but the requests that nova has to have.

Straight on ``http.client`` with connections kept open where the server lets
them. The token and the id of the service are had before the start. One PUT;
the shortest list of the host's instances; a window of evacuations; one query
a poll; the next evacuate the moment one has ended. No store, no check of
what became of an instance, no retry: not fit for use.

A process of its own, as nova-ha is. It says ``ready``, begins when it reads a
line, and tells as JSON when it began and what CPU time it took.
"""

from collections.abc import Iterator
from concurrent import futures
import datetime
import http.client
import json
import sys
import threading
import time
from typing import Any

OVER = frozenset(['done', 'completed', 'failed', 'error'])


class Nova:
    """Requests to nova, each thread over a connection of its own."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._address = (settings['address'], settings['port'])
        self._local = threading.local()
        self._headers = {
            'X-Auth-Token': settings['token'],
            'OpenStack-API-Version': 'compute 2.94',
            'Content-Type': 'application/json',
        }

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of the answer, None if it has none."""
        connection = getattr(self._local, 'connection', None)
        if connection is None:
            connection = http.client.HTTPConnection(*self._address, timeout=60)
            self._local.connection = connection
        text = None if body is None else json.dumps(body)
        connection.request(method, f'/v2.1{path}', text, self._headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f'{method} {path}: {answer.status} {content!r}')
        return json.loads(content) if content else None


def recover(nova: Nova, settings: dict[str, Any]) -> None:
    """Bring every instance of the host back."""
    started = datetime.datetime.now(datetime.UTC)
    nova.ask(
        'PUT',
        f'/os-services/{settings["service"]}',
        {'status': 'disabled', 'disabled_reason': 'x', 'forced_down': True},
    )
    servers = nova.ask(
        'GET', f'/servers?all_tenants=1&limit=1000&host={settings["host"]}'
    )['servers']
    waiting = iter([server['id'] for server in servers])
    since = started - datetime.timedelta(seconds=2)
    with futures.ThreadPoolExecutor(settings['window']) as pool:
        _keep_full(nova, settings, waiting, since, pool)


def _keep_full(
    nova: Nova,
    settings: dict[str, Any],
    waiting: Iterator[str],
    since: datetime.datetime,
    pool: futures.Executor,
) -> None:
    query = (
        '/os-migrations?migration_type=evacuation'
        f'&source_compute={settings["host"]}'
        f'&changes-since={since:%Y-%m-%dT%H:%M:%SZ}'
    )
    under_way: set[str] = set()
    asked: list[futures.Future[Any]] = []
    while True:
        while len(under_way) < settings['window']:
            uuid = next(waiting, None)
            if uuid is None:
                break
            under_way.add(uuid)
            path = f'/servers/{uuid}/action'
            asked.append(pool.submit(nova.ask, 'POST', path, {'evacuate': {}}))
        if not under_way:
            break
        time.sleep(settings['poll'])
        for record in nova.ask('GET', query)['migrations']:
            if record['status'] in OVER:
                under_way.discard(record['instance_uuid'])
    for each in asked:
        each.result()


def main() -> None:
    settings = json.loads(sys.stdin.readline())
    nova = Nova(settings)
    print('ready', flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    started = time.time()
    recover(nova, settings)
    ended = time.time()
    cpu = time.process_time() - cpu
    print(json.dumps({'t0': started, 'ended': ended, 'cpu': cpu}))


if __name__ == '__main__':
    main()

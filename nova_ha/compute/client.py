# SPDX-License-Identifier: Apache-2.0
"""Nova's requests as nova-ha needs them: one method, one request, raw rows.

novaclient's bindings are used where they say what is needed in one request.
Lists go straight through novaclient's session client, because the bindings
drop nova's ``next`` link (a short page would then cost one more request) and
write a completion cache into the home directory under a lock.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import Any
from urllib import parse

from novaclient import api_versions
from novaclient import client as nova_client

Row = Mapping[str, Any]

DOWN_CELLS = api_versions.APIVersion('2.69')
"""From here on nova shows rows of cells whose database is down, in part."""

MIGRATION_PAGES = api_versions.APIVersion('2.59')
"""From here on os-migrations knows limit, marker and changes-since."""


class Nova:
    """Nova at one microversion.

    Raises what novaclient and keystoneauth raise; :mod:`.answers`
    translates.

    :param stopping: nova at the microversion from which on an evacuated
        server is left stopped; None where it does not know that one.
    """

    def __init__(
        self,
        api: nova_client.Client,
        microversion: str,
        stopping: Any = None,
    ) -> None:
        self._api = api
        self._stopping = stopping
        self._microversion = api_versions.APIVersion(microversion)

    @property
    def shows_down_cells(self) -> bool:
        """Whether services of a cell that is down are listed, in part."""
        return bool(self._microversion >= DOWN_CELLS)

    def services(self, host: str | None = None) -> Sequence[Row]:
        """Return the records of nova-compute on the host, or on all."""
        query = _with({'binary': 'nova-compute'}, host=host)
        return _rows(self._get('/os-services', query), 'services')

    def all_services(self) -> Sequence[Row]:
        """Return the records of all services, of every kind."""
        return _rows(self._get('/os-services', {}), 'services')

    def update_service(self, uuid: str, changes: Row) -> Row:
        """Change several things at once; the bindings change one each."""
        _, body = self._api.client.put(f'/os-services/{uuid}', body=changes)
        return _row(body, 'service')

    def force_up(self, uuid: str) -> Row:
        """Take the forced-down mark back."""
        return _plain(self._api.services.force_down(uuid, False))

    def enable(self, uuid: str) -> Row:
        """Let the scheduler use the host."""
        return _plain(self._api.services.enable(uuid))

    def disable(self, uuid: str, reason: str | None) -> Row:
        """Keep the scheduler from the host; an empty reason is refused."""
        changes = _with({'status': 'disabled'}, disabled_reason=reason or None)
        return self.update_service(uuid, changes)

    def add_host(self, aggregate: int, host: str) -> None:
        """Add a host to an aggregate."""
        self._api.aggregates.add_host(aggregate, host)

    def remove_host(self, aggregate: int, host: str) -> None:
        """Remove a host from an aggregate."""
        self._api.aggregates.remove_host(aggregate, host)

    def aggregates(self) -> Sequence[Row]:
        """Return every host aggregate."""
        return _rows(self._get('/os-aggregates', {}), 'aggregates')

    def servers(
        self,
        host: str,
        limit: int,
        marker: str | None,
        detail: bool = True,
        since: datetime.datetime | None = None,
    ) -> Row:
        """Return a page of the host's servers, all projects.

        :param detail: with all that nova knows of them; else uuid and name.
        :param since: only those changed since then, deleted ones too.
        """
        query = {
            'all_tenants': '1',
            'host': host,
            'limit': str(limit),
            'sort_key': 'created_at',
            'sort_dir': 'asc',
            **_changed(since),
        }
        path = '/servers/detail' if detail else '/servers'
        return self._get(path, _with(query, marker=marker))

    def servers_like(self, name: str, limit: int, marker: str | None) -> Row:
        """Return a page of servers, all projects.

        :param name: a regular expression, as nova's database has them.
        """
        query = {'all_tenants': '1', 'name': name, 'limit': str(limit)}
        return self._get('/servers/detail', _with(query, marker=marker))

    def all_servers(self, limit: int, marker: str | None) -> Row:
        """Return a page of all servers, of all hosts and projects."""
        query = {
            'all_tenants': '1',
            'limit': str(limit),
            'sort_key': 'created_at',
            'sort_dir': 'asc',
        }
        return self._get('/servers/detail', _with(query, marker=marker))

    def hypervisors(self, limit: int, marker: str | None) -> Row:
        """Return a page of compute nodes with their services."""
        query = _with({'limit': str(limit)}, marker=marker)
        return self._get('/os-hypervisors/detail', query)

    def server(self, uuid: str) -> Row:
        """Return a server as it is now."""
        return _plain(self._api.servers.get(uuid))

    def server_groups(self, limit: int, offset: int) -> Sequence[Row]:
        """Return a page of the server groups of all projects."""
        query = {
            'all_projects': 'True',
            'limit': str(limit),
            'offset': str(offset),
        }
        return _rows(self._get('/os-server-groups', query), 'server_groups')

    def evacuate(self, uuid: str, stopped: bool = False) -> str:
        """Ask for the server's evacuation; return nova's request id.

        :param stopped: leave it stopped, if nova knows how to.
        :raises ValueError: the answer bears none, so it is not nova's.
        """
        api = self._stopping if stopped and self._stopping else self._api
        request_ids = api.servers.evacuate(uuid).request_ids
        if not request_ids or not request_ids[0]:
            raise ValueError('no x-openstack-request-id in the answer')
        return str(request_ids[0])

    def stop(self, uuid: str) -> None:
        """Ask for the server to be stopped."""
        self._api.servers.stop(uuid)

    def rebuild(self, uuid: str, image: str) -> None:
        """Ask for an image to be put on the server's disk.

        Not through the bindings, which make a server of the answer: that
        holds the new administrator's password.
        """
        body = {'rebuild': {'imageRef': image}}
        self._api.client.post(f'/servers/{uuid}/action', body=body)

    def create_backup(
        self, uuid: str, name: str, kind: str, rotation: int
    ) -> None:
        """Ask for a backup of the server."""
        self._api.servers.backup(uuid, name, kind, rotation)

    def pause(self, uuid: str) -> None:
        """Ask for the server to be paused."""
        self._api.servers.pause(uuid)

    def reset_state(self, uuid: str) -> None:
        """Call the server active and at rest."""
        self._api.servers.reset_state(uuid, 'active')

    def migrations(
        self,
        source: str,
        status: str | None,
        since: datetime.datetime | None,
        limit: int,
        marker: str | None,
    ) -> Row:
        """Return a page of evacuation records; all of them below 2.59."""
        query = {'migration_type': 'evacuation', 'source_compute': source}
        query = _with(query, status=status)
        if self._microversion >= MIGRATION_PAGES:
            query = _with(
                query, limit=str(limit), marker=marker, **_changed(since)
            )
        return self._get('/os-migrations', query)

    def _get(self, path: str, query: Mapping[str, str]) -> Row:
        question = f'?{parse.urlencode(query)}' if query else ''
        _, body = self._api.client.get(f'{path}{question}')
        if not isinstance(body, dict):
            raise TypeError('not a JSON object')
        return body


def _with(query: Mapping[str, str], **more: str | None) -> dict[str, str]:
    return {**query, **{k: v for k, v in more.items() if v is not None}}


def _changed(since: datetime.datetime | None) -> dict[str, str]:
    """Say since when; some databases keep whole seconds only."""
    if since is None:
        return {}
    utc = since.astimezone(datetime.UTC).replace(microsecond=0)
    return {'changes-since': utc.strftime('%Y-%m-%dT%H:%M:%SZ')}


def _rows(body: Row, name: str) -> Sequence[Row]:
    found = body[name]
    if not isinstance(found, list):
        raise TypeError(f'{name} is no list')
    return found


def _row(body: object, name: str) -> Row:
    if not isinstance(body, dict) or not isinstance(body[name], dict):
        raise TypeError(f'no {name} in the answer')
    row: Row = body[name]
    return row


def _plain(resource: Any) -> Row:
    """Return what a novaclient resource holds, without lazy loading."""
    row: Row = resource.to_dict()
    return row

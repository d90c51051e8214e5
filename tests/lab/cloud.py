# SPDX-License-Identifier: Apache-2.0
"""The lab's cloud through its APIs, as an administrator."""

from collections.abc import Sequence
import functools
from typing import Any

from keystoneauth1 import adapter
from keystoneauth1 import session
from keystoneauth1.identity import v3

from tests.lab.config import LabConfig
from tests.lab.config import REGION
from tests.lab.errors import LabError
from tests.lab.waiting import wait_until

#: The newest at which an evacuated instance keeps its state.
MICROVERSION = '2.94'
OPEN_MIGRATIONS = frozenset(['accepted', 'pre-migrating'])

Json = dict[str, Any]


class Cloud:
    """What tests and demonstrations ask of the cloud.

    Errors of the APIs are keystoneauth1's exceptions, unless a method says
    otherwise.
    """

    def __init__(
        self,
        lab: LabConfig,
        user: str = 'admin',
        project: str = 'admin',
        password: str | None = None,
    ) -> None:
        auth = v3.Password(
            auth_url=lab.keystone_url,
            username=user,
            password=password or lab.password,
            project_name=project,
            user_domain_id='default',
            project_domain_id='default',
        )
        self.session = session.Session(auth=auth)

    @functools.cached_property
    def compute(self) -> adapter.Adapter:
        return self._adapter('compute', default_microversion=MICROVERSION)

    @functools.cached_property
    def image(self) -> adapter.Adapter:
        return self._adapter('image')

    @functools.cached_property
    def network(self) -> adapter.Adapter:
        return self._adapter('network')

    @functools.cached_property
    def identity(self) -> adapter.Adapter:
        return self._adapter('identity')

    def _adapter(self, service: str, **options: Any) -> adapter.Adapter:
        return adapter.Adapter(
            self.session,
            service_type=service,
            interface='public',
            region_name=REGION,
            **options,
        )

    # -- instances

    def boot(
        self,
        name: str,
        host: str | None = None,
        ports: Sequence[str] = (),
        flavor: str = '1',
        zone: str | None = None,
        group: str | None = None,
    ) -> str:
        """Ask for an instance; its uuid. Does not wait until it runs.

        :param host: the host it is to be on; the scheduler's choice if None.
        :param ports: network ports; without any it has no network.
        :param zone: the availability zone that it is to be, and to stay, in.
        :param group: the server group that it is to be a member of.
        """
        server: Json = {
            'name': name,
            'flavorRef': flavor,
            'imageRef': self.image_id,
            'networks': [{'port': port} for port in ports] or 'none',
        }
        if host:
            server['host'] = host
        if zone:
            server['availability_zone'] = zone
        body = {'server': server}
        if group:
            body['os:scheduler_hints'] = {'group': group}
        answer = self.compute.post('/servers', json=body)
        uuid: str = answer.json()['server']['id']
        return uuid

    def server(self, uuid: str) -> Json:
        found: Json = self.compute.get(f'/servers/{uuid}').json()['server']
        return found

    def servers(self, host: str | None = None) -> list[Json]:
        """All instances of all projects, with details."""
        query = {'all_tenants': '1', 'limit': '1000'}
        if host:
            query['host'] = host
        answer = self.compute.get('/servers/detail', params=query)
        found: list[Json] = answer.json()['servers']
        return found

    def act(self, uuid: str, action: str, **options: object) -> None:
        """An action without an answer: os-stop, pause, ..."""
        self.compute.post(
            f'/servers/{uuid}/action', json={action: options or None}
        )

    def evacuate(self, uuid: str, host: str | None = None) -> None:
        body = {'evacuate': {'host': host} if host else {}}
        self.compute.post(f'/servers/{uuid}/action', json=body)

    def delete(self, uuid: str) -> None:
        self.compute.delete(f'/servers/{uuid}')

    def wait_for_status(
        self, uuid: str, status: str, timeout: float = 120
    ) -> Json:
        """Wait until an instance is settled in this status.

        :raises LabError: the deadline passed, or it went to ERROR instead.
        """

        def settled() -> Json | None:
            server = self.server(uuid)
            if server['status'] == 'ERROR' != status:
                raise LabError(
                    f'instance {server["name"]} is in ERROR: '
                    f'{server.get("fault", {}).get("message")}'
                )
            if server['status'] != status:  # or nova has lost its database
                return None
            return None if server['OS-EXT-STS:task_state'] else server

        what = f'instance {uuid} to be {status}'
        server = wait_until(settled, timeout, what)
        assert server is not None
        return server

    def create_group(self, name: str, policy: str) -> str:
        """Make a server group; its uuid."""
        body = {'server_group': {'name': name, 'policy': policy}}
        answer = self.compute.post('/os-server-groups', json=body)
        uuid: str = answer.json()['server_group']['id']
        return uuid

    # -- compute services and hosts

    def services(self) -> dict[str, Json]:
        """The nova-compute services by host."""
        answer = self.compute.get('/os-services?binary=nova-compute')
        return {each['host']: each for each in answer.json()['services']}

    def update_service(self, host: str, **changes: object) -> Json:
        """Change forced_down, status, disabled_reason of a nova-compute."""
        uuid = self.services()[host]['id']
        answer = self.compute.put(f'/os-services/{uuid}', json=changes)
        service: Json = answer.json()['service']
        return service

    def aggregates(self) -> list[Json]:
        answer = self.compute.get('/os-aggregates').json()
        found: list[Json] = answer['aggregates']
        return found

    def create_zone(self, name: str, *hosts: str) -> None:
        """Make a host aggregate that is an availability zone."""
        self.create_aggregate(name, *hosts, zone=name)

    def create_aggregate(
        self, name: str, *hosts: str, zone: str | None = None
    ) -> None:
        """Make a host aggregate."""
        body = {'aggregate': {'name': name, 'availability_zone': zone}}
        made = self.compute.post('/os-aggregates', json=body).json()
        for host in hosts:
            self.compute.post(
                f'/os-aggregates/{made["aggregate"]["id"]}/action',
                json={'add_host': {'host': host}},
            )

    def delete_aggregates(self) -> None:
        """All of them; their hosts must be empty."""
        for aggregate in self.aggregates():
            path = f'/os-aggregates/{aggregate["id"]}'
            for host in aggregate['hosts']:
                body = {'remove_host': {'host': host}}
                self.compute.post(f'{path}/action', json=body)
            self.compute.delete(path)

    def hypervisors(self) -> list[Json]:
        """Those that are mapped to a cell, which is when they can be used."""
        answer = self.compute.get('/os-hypervisors')
        found: list[Json] = answer.json()['hypervisors']
        return found

    def migrations(self, host: str | None = None) -> list[Json]:
        """The evacuation records, or those with this host as the source."""
        query = '/os-migrations?migration_type=evacuation'
        found = self.compute.get(query).json()['migrations']
        return [
            each
            for each in found
            if host is None or each['source_compute'] == host
        ]

    def wait_for_evacuations(
        self, host: str, timeout: float = 120
    ) -> list[Json]:
        """Wait until no evacuation from ``host`` is open; its records."""

        def over() -> list[Json] | None:
            found = self.migrations(host)
            live = [m for m in found if m['status'] in OPEN_MIGRATIONS]
            return found if found and not live else None

        what = f'the evacuations from {host}'
        return wait_until(over, timeout, what) or []

    # -- what seeding made

    @functools.cached_property
    def image_id(self) -> str:
        answer = self.image.get('/v2/images', params={'name': 'lab'})
        uuid: str = answer.json()['images'][0]['id']
        return uuid

    @functools.cached_property
    def network_id(self) -> str:
        answer = self.network.get('/v2.0/networks', params={'name': 'lab'})
        uuid: str = answer.json()['networks'][0]['id']
        return uuid

    def create_port(self) -> str:
        """A new port in the lab's network; its uuid."""
        body = {'port': {'network_id': self.network_id}}
        answer = self.network.post('/v2.0/ports', json=body)
        uuid: str = answer.json()['port']['id']
        return uuid

    def port(self, uuid: str) -> Json:
        found: Json = self.network.get(f'/v2.0/ports/{uuid}').json()['port']
        return found

# SPDX-License-Identifier: Apache-2.0
"""nova-ha in Keystone's catalogue: one service, endpoints by region."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from oslo_config import cfg

from nova_ha.keystone import connection

TYPE = 'compute-ha'
NAME = 'nova-ha'
DESCRIPTION = 'Recovery of failed compute hosts'


class CatalogError(Exception):
    """It could not be done; the text says why and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What was done about one entry.

    :ivar done: ``created``, ``changed``, ``kept`` or ``deleted``.
    :ivar what: ``service`` or ``endpoint``.
    :ivar about: which one: its name, or its interface and URL.
    """

    done: str
    what: str
    id: str
    about: str


class Catalog:
    """The catalogue, for a user who may write it.

    :param adapter: to the identity service.
    """

    def __init__(self, adapter: ks_adapter.Adapter) -> None:
        self._adapter = adapter
        adapter.min_version = '3'
        adapter.max_version = '3.latest'

    @classmethod
    def from_conf(cls, conf: cfg.ConfigOpts, group: str) -> 'Catalog':
        """Make one as the group says, without asking anybody yet.

        :raises connection.Misconfigured: an option is missing or wrong.
        """
        return cls(connection.adapter(conf, group, connections=1))

    def register(
        self, region: str, urls: Mapping[str, str]
    ) -> Iterator[Change]:
        """Bring the catalogue to this; yield what was done as it is done.

        Done again it changes nothing. Other regions stay as they are, and so
        do interfaces that are not named.

        :param urls: by interface: ``public``, ``internal``, ``admin``.
        :raises CatalogError: nothing more was done.
        """
        self._check_region(region)
        service = self._service()
        change = self._registered(service)
        yield change
        found = self._endpoints(change.id, region)
        for interface, url in urls.items():
            yield self._endpoint(
                change.id, region, interface, url, found.get(interface, ())
            )

    def unregister(self, region: str) -> Iterator[Change]:
        """Take the endpoints of a region away, and with the last the service.

        :raises CatalogError: nothing more was done.
        """
        service = self._service()
        if service is None:
            return
        for same in self._endpoints(service['id'], region).values():
            for one in same:
                self._ask('DELETE', f'/endpoints/{one["id"]}')
                yield Change('deleted', 'endpoint', one['id'], _about(one))
        if not self._list('endpoints', service_id=service['id']):
            self._ask('DELETE', f'/services/{service["id"]}')
            yield Change('deleted', 'service', service['id'], _named(service))

    def _check_region(self, region: str) -> None:
        known = sorted(one['id'] for one in self._list('regions'))
        if region not in known:
            raise CatalogError(
                f'Keystone knows no region {region}, but '
                f'{", ".join(known) or "none"}: take one of them, or make it '
                f'first (openstack region create {region})'
            )

    def _service(self) -> dict[str, Any] | None:
        found = self._list('services', type=TYPE)
        if len(found) > 1:
            raise CatalogError(
                f'there are {len(found)} services of type {TYPE} in the '
                f'catalogue ({", ".join(one["id"] for one in found)}): '
                'delete all but one (openstack service delete ID)'
            )
        return found[0] if found else None

    def _registered(self, service: dict[str, Any] | None) -> Change:
        wanted = {'type': TYPE, 'name': NAME, 'enabled': True}
        if service is None:
            made = self._ask(
                'POST',
                '/services',
                {'service': {**wanted, 'description': DESCRIPTION}},
            )['service']
            return Change('created', 'service', made['id'], _named(made))
        done = 'kept'
        if any(service.get(key) != wanted[key] for key in wanted):
            path = f'/services/{service["id"]}'
            self._ask('PATCH', path, {'service': wanted})
            done = 'changed'
        return Change(done, 'service', service['id'], f'{NAME} ({TYPE})')

    def _endpoint(
        self,
        service: str,
        region: str,
        interface: str,
        url: str,
        found: Sequence[dict[str, Any]],
    ) -> Change:
        wanted = {
            'service_id': service,
            'region_id': region,
            'interface': interface,
            'url': url,
            'enabled': True,
        }
        if len(found) > 1:
            raise CatalogError(
                f'there are {len(found)} {interface} endpoints of {NAME} in '
                f'{region} ({", ".join(one["id"] for one in found)}): delete '
                'all but one (openstack endpoint delete ID)'
            )
        if not found:
            made = self._ask('POST', '/endpoints', {'endpoint': wanted})
            id_ = made['endpoint']['id']
            return Change('created', 'endpoint', id_, _about(wanted))
        [one] = found
        done = 'kept'
        if any(one.get(key) != wanted[key] for key in wanted):
            path = f'/endpoints/{one["id"]}'
            self._ask('PATCH', path, {'endpoint': wanted})
            done = 'changed'
        return Change(done, 'endpoint', one['id'], _about(wanted))

    def _endpoints(
        self, service: str, region: str
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the endpoints in a region, by interface."""
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self._list(
            'endpoints', service_id=service, region_id=region
        ):
            found.setdefault(one['interface'], []).append(one)
        return found

    def _list(self, what: str, **query: str) -> list[dict[str, Any]]:
        return list(self._ask('GET', f'/{what}', query=query)[what])

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a request; return the object that is answered.

        :raises CatalogError: there is no good answer.
        """
        try:
            answer = self._adapter.request(
                path, method, json=body, params=dict(query or {})
            )
            return dict(answer.json()) if answer.content else {}
        except ks_exceptions.Forbidden as error:
            raise CatalogError(
                'the user of section [keystone] may not do this: it takes '
                'one with the role admin; name it in a file of its own and '
                'give that with a second --config-file '
                f'({method} {path}: {error})'
            ) from None
        except (ks_exceptions.ClientException, ValueError, KeyError) as error:
            wanted = connection.described(self._adapter)
            raise CatalogError(
                f'{method} {path} of Keystone failed: {error} ({wanted})'
            ) from None


def _named(service: Mapping[str, Any]) -> str:
    return f'{service.get("name", "")} ({service["type"]})'


def _about(endpoint: Mapping[str, Any]) -> str:
    return (
        f'{endpoint["interface"]} {endpoint["url"]} in {endpoint["region_id"]}'
    )

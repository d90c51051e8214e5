# SPDX-License-Identifier: Apache-2.0
"""Placement, as the heart knows it
(:class:`nova_ha.recovery.ports.Placement`).

Two requests a provider, inventories and allocations, some at a time. Usages
are the sums of the allocations. Traits and aggregates are asked the other
way round, who has this one: a request for each that matters, not for each
provider.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
from typing import Any
from typing import Self
from typing import TYPE_CHECKING
from urllib import parse

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import session as ks_session
from oslo_config import cfg

from nova_ha.conf import placement as placement_conf
from nova_ha.placement import answers
from nova_ha.placement import rows
from nova_ha.recovery import ports
from nova_ha.recovery.capacity.model import Provider

MICROVERSION = '1.18'
"""Trees (1.14), and providers listed by trait (Rocky)."""

NAMES = 50
"""Traits asked for in one request, since their names are in its URL."""

Row = Mapping[str, Any]


class PlacementGateway:
    """Placement through keystoneauth.

    :param adapter: tells session, user and endpoint.
    :param workers: requests at the same time.
    """

    def __init__(self, adapter: ks_adapter.Adapter, workers: int = 8) -> None:
        self._adapter = adapter
        self._workers = workers

    @classmethod
    def from_conf(
        cls, conf: cfg.ConfigOpts, session: ks_session.Session
    ) -> Self:
        """Make one as ``[placement]`` says, without asking anybody yet.

        :param session: who asks, as ``[nova]`` says.
        """
        options = conf[placement_conf.GROUP]
        adapter = ks_adapter.Adapter(
            session,
            service_type=options.service_type,
            service_name=options.service_name,
            interface=options.valid_interfaces,
            region_name=options.region_name,
            endpoint_override=options.endpoint_override,
        )
        return cls(adapter, options.workers)

    def providers(
        self,
        traits: Collection[str],
        aggregates: Collection[str],
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Sequence[Provider]:
        """Return every resource provider.

        :param progress: is called with how many are read, of how many.
        """
        with answers.to('list the resource providers'):
            listed = [rows.provider(row) for row in self._list({})]
        having = self._having('required', self._known(traits))
        member = self._having('member_of', aggregates)
        with futures.ThreadPoolExecutor(self._workers) as pool:
            jobs = [pool.submit(self._filled, bare) for bare in listed]
            try:
                for done, _ in enumerate(futures.as_completed(jobs), 1):
                    progress(done, len(jobs))
                found = [job.result() for job in jobs]
            finally:
                # At the first error, and when interrupted.
                pool.shutdown(wait=True, cancel_futures=True)
        return [
            rows.labelled(provider, having, member)
            for provider in found
            if provider is not None
        ]

    def check(self) -> None:
        """Return if Placement lists resource providers.

        :raises PlacementError: it does not, and why.
        """
        with answers.to('list the resource providers'):
            # None has that name: nothing but the right to ask is wanted.
            self._list({'name': 'nova-ha-asks-whether-it-may'})

    def _known(self, traits: Collection[str]) -> Collection[str]:
        """Return those that Placement knows; it refuses others."""
        names, known = sorted(traits), set[str]()
        for at in range(0, len(names), NAMES):
            part = names[at : at + NAMES]
            with answers.to('list the traits'):
                query = parse.urlencode({'name': f'in:{",".join(part)}'})
                known.update(self._get(f'/traits?{query}')['traits'])
        return known

    def _having(
        self, name: str, values: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return the providers' uuids by trait or aggregate."""
        found = {}
        for value in sorted(values):
            with answers.to(f'list the providers with {name}={value}'):
                listed = self._list({name: value})
                found[value] = frozenset(str(row['uuid']) for row in listed)
        return found

    def _filled(self, bare: Provider) -> Provider | None:
        """Return it with its content; None if it was deleted meanwhile."""
        path = f'/resource_providers/{bare.uuid}'
        with answers.to(f'read resource provider {bare.name}'):
            try:
                inventories = self._get(f'{path}/inventories')
                allocations = self._get(f'{path}/allocations')
            except ks_exceptions.NotFound:
                return None
            return rows.filled(bare, inventories, allocations)

    def _list(self, query: Mapping[str, str]) -> Sequence[Row]:
        path = f'/resource_providers?{parse.urlencode(query)}'
        found: Sequence[Row] = self._get(path.rstrip('?'))[
            'resource_providers'
        ]
        return found

    def _get(self, path: str) -> Row:
        response = self._adapter.get(
            path,
            microversion=MICROVERSION,
            headers={'Accept': 'application/json'},
        )
        body: Row = response.json()
        return body


if TYPE_CHECKING:

    def _conforms(gateway: PlacementGateway) -> ports.Placement:
        return gateway

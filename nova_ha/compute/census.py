# SPDX-License-Identifier: Apache-2.0
"""All hosts and instances at once, for the question of capacity.

Read in pages, at other microversions than recoveries need: nothing here is
asked while a host is being recovered.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
from typing import Any
from typing import TYPE_CHECKING

from keystoneauth1 import adapter as ks_adapter
from novaclient import api_versions

from nova_ha.compute import answers
from nova_ha.compute import client
from nova_ha.compute import listing
from nova_ha.compute import rows
from nova_ha.compute import versions
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.capacity.model import Census
from nova_ha.recovery.capacity.model import Guest
from nova_ha.recovery.capacity.model import ServerGroup
from nova_ha.recovery.model import Aggregate

Row = Mapping[str, Any]

PINNED = api_versions.APIVersion('2.96')
"""From here on nova shows the zone that an instance must stay in."""

NODES = api_versions.APIVersion('2.87')
"""From 2.88 on nova may call each nova-compute for the list of nodes, and
wait for those that are dead."""

NEEDS_NO_PLACE = frozenset({'deleted', 'soft-delete', 'shelved_offloaded'})
"""States in which an instance is not evacuated and never will be."""

FLAVOR = {'vcpus': 'VCPU', 'ram': 'MEMORY_MB'}


class NovaCensus:
    """Nova as :class:`nova_ha.recovery.ports.CensusTaker`.

    :param adapter: tells session, user and endpoint.
    :param page_size: rows to ask for in one request.
    """

    def __init__(
        self,
        adapter: ks_adapter.Adapter,
        page_size: Callable[[], int] = lambda: 500,
    ) -> None:
        self._page_size = page_size
        self._nova = versions.Negotiated(adapter, PINNED)
        self._older = versions.Negotiated(adapter, NODES)

    def census(self) -> Census:
        """Return what decides where instances may go.

        :raises ComputeUnavailable: among others, the database of a cell is
            down: its hosts would count as room or as empty, and are neither.
        """
        with self._asking('list the compute services') as nova:
            services = [rows.service(row) for row in nova.services()]
        with self._asking('list the host aggregates') as nova:
            aggregates = dict(map(_aggregate, nova.aggregates()))
        return Census(
            services=services,
            nodes=self._nodes(),
            guests=self._guests(),
            aggregates=aggregates,
            groups=self._groups(),
        )

    def _nodes(self) -> Mapping[str, str]:
        what = 'list the compute nodes'
        with answers.to(what), self._older.using() as nova:
            found = listing.collect(
                lambda marker: nova.hypervisors(self._page_size(), marker),
                'hypervisors',
                marker='id',
            )
            return {
                str(row['id']): str(row['service']['host']) for row in found
            }

    def _guests(self) -> Sequence[Guest]:
        with self._asking('list the instances') as nova:
            found = listing.collect(
                lambda marker: nova.all_servers(self._page_size(), marker),
                'servers',
                marker='id',
            )
            guests = [_guest(row) for row in found]
        return [guest for guest in guests if guest is not None]

    def _groups(self) -> Sequence[ServerGroup]:
        groups: list[ServerGroup] = []
        with self._asking('list the server groups') as nova:
            # Nova gives no link to the next page, and may cap a page.
            while page := nova.server_groups(self._page_size(), len(groups)):
                groups += map(_group, page)
        return groups

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[client.Nova]:
        with answers.to(what), self._nova.using() as nova:
            yield nova


def _aggregate(row: Row) -> tuple[str, Aggregate]:
    return str(row['uuid']), rows.aggregate(row)


def _group(row: Row) -> ServerGroup:
    policy = row['policy'] if 'policy' in row else ''.join(row['policies'])
    rules = row.get('rules') or {}
    return ServerGroup(
        uuid=str(row['id']),
        policy=str(policy),
        members=frozenset(map(str, row['members'])),
        per_host=int(rules.get('max_server_per_host') or 1),
    )


def _guest(row: Row) -> Guest | None:
    """Return an instance; None for one that needs no place.

    :raises ComputeUnavailable: the row is the stub of a cell that is down.
    :raises ComputeForbidden: nova does not tell where it is.
    """
    instance = rows.instance(row)
    if instance.vm_state == rows.UNKNOWN:
        raise errors.ComputeUnavailable(
            f'nova cannot show instance {instance.uuid}: the database of its '
            'cell does not answer'
        )
    if 'OS-EXT-SRV-ATTR:host' not in row:
        raise errors.ComputeForbidden(
            'nova hides on which hosts the instances are: the user of [nova] '
            'needs the role admin, or the policy '
            'os_compute_api:os-extended-server-attributes',
            403,
        )
    if instance.host is None or instance.vm_state in NEEDS_NO_PLACE:
        return None
    known = 'pinned_availability_zone' in row
    zone = row.get('pinned_availability_zone') if known else None
    return Guest(
        uuid=instance.uuid,
        name=instance.name,
        host=instance.host,
        vm_state=instance.vm_state,
        project=instance.project,
        zone=str(zone or '') if known else instance.availability_zone,
        zone_known=known,
        flavor=_flavor(row.get('flavor') or {}, instance.local_gb),
        extra_specs=instance.extra_specs,
    )


def _flavor(row: Row, local_gb: float) -> Mapping[str, int]:
    """Return what an instance without allocations would ask for."""
    amounts = {FLAVOR[key]: int(row.get(key) or 0) for key in FLAVOR}
    return {**amounts, 'DISK_GB': -int(-local_gb // 1)}


if TYPE_CHECKING:

    def _conforms(gateway: NovaCensus) -> ports.CensusTaker:
        return gateway

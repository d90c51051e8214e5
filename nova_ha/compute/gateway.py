# SPDX-License-Identifier: Apache-2.0
"""Nova, as the engine knows it (:class:`nova_ha.recovery.ports.Compute`)."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import datetime
import re
from typing import Any
from typing import Self
from typing import TYPE_CHECKING

from keystoneauth1 import adapter as ks_adapter
from oslo_config import cfg
from oslo_log import log

from nova_ha.compute import answers
from nova_ha.compute import client
from nova_ha.compute import connection
from nova_ha.compute import listing
from nova_ha.compute import rows
from nova_ha.compute import versions
from nova_ha.conf import nova as nova_conf
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import NovaService
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import MigrationStatus
from nova_ha.recovery.states import TargetState

LOG = log.getLogger(__name__)

REASON_MAX = 255
"""Nova's limit on disabled_reason, in characters."""


class NovaCompute:
    """Nova through novaclient's session client, one request a call.

    Safe to use from many threads.

    :param adapter: tells session, user and endpoint.
    :param page_size: rows to ask for in one request.
    """

    def __init__(
        self,
        adapter: ks_adapter.Adapter,
        page_size: Callable[[], int] = lambda: 500,
    ) -> None:
        self._page_size = page_size
        self._negotiated = versions.Negotiated(adapter)

    @classmethod
    def from_conf(cls, conf: cfg.ConfigOpts) -> Self:
        """Make one as ``[nova]`` says, without asking anybody yet.

        :raises ComputeMisconfigured: an option is missing or wrong.
        """
        return cls(
            connection.from_conf(conf),
            lambda: int(conf[nova_conf.GROUP].page_size),
        )

    def warm(self) -> None:
        """Have a valid token and negotiated versions at hand."""
        try:
            with answers.to('prepare to talk to nova'):
                self._negotiated.nova()
                self._negotiated.renew_token()
        except errors.ComputeError as error:
            LOG.debug('Not ready to talk to nova: %s', error)

    def service(self, host: str) -> ComputeService:
        """Return nova's record of the host's nova-compute.

        :raises ComputeUnavailable: among others, the database of the
            host's cell is down.
        """
        with self._asking(f'show nova-compute on {host}') as nova:
            found = nova.services(host)
        if not found:
            raise errors.ComputeNotFound(
                f'nova knows no nova-compute on host {host}: its name in the '
                "hosts file must be the one that 'openstack compute service "
                "list' shows"
            )
        if len(found) > 1:
            raise errors.ComputeError(
                f'nova has {len(found)} records of nova-compute on host '
                f'{host}; delete those of the wrong cells'
            )
        return rows.service(found[0])

    def hosts(self) -> Sequence[str]:
        """Return the names of all hosts with a nova-compute."""
        with self._asking('list the compute services') as nova:
            found = [str(row['host']) for row in nova.services()]
        return sorted(found)

    def services(self) -> Sequence[ComputeService]:
        """Return the records of all nova-computes that nova can show."""
        with self._asking('list the compute services') as nova:
            return [
                rows.service(row)
                for row in nova.services()
                if not rows.is_stub(row)
            ]

    def force_down(
        self,
        service: ComputeService,
        before: ServiceBefore,
        mark: ServiceMark,
        proof: OffProof,
    ) -> ComputeService:
        """Tell nova in one PUT that the host is down and disabled.

        Disabling first would make nova-api call the dead nova-compute and
        wait out its RPC time-out.

        :raises UnsafeRequest: the proof is another host's.
        """
        if proof.host != service.host:
            raise errors.UnsafeRequest(
                f'power-off of {proof.host} is no proof for {service.host}'
            )
        changes: dict[str, Any] = {}
        if not before.disabled:
            reason = str(mark)[:REASON_MAX]
            changes.update(status='disabled', disabled_reason=reason)
        # Forced down by an operator who has since taken it back: nova would
        # refuse every evacuation, so it is sent all the same.
        if not (before.forced_down and service.forced_down):
            changes['forced_down'] = True
        if not changes:
            return service
        with self._asking(f'force nova-compute on {service.host} down') as n:
            return rows.service(n.update_service(service.id, changes))

    def force_up(self, service: ComputeService) -> ComputeService:
        """Take the forced-down mark back.

        :raises ComputeRefused: with code 400 while evacuation records of
            the host are ``done``.
        """
        what = f'take the forced-down mark of {service.host} back'
        with self._asking(what) as nova:
            return rows.service(nova.force_up(service.id))

    def enable(self, service: ComputeService) -> ComputeService:
        """Let the scheduler use the host again."""
        with self._asking(f'enable nova-compute on {service.host}') as nova:
            return rows.service(nova.enable(service.id))

    def disable(
        self, service: ComputeService, reason: str | None
    ) -> ComputeService:
        """Keep the scheduler from the host."""
        with self._asking(f'disable nova-compute on {service.host}') as nova:
            return rows.service(nova.disable(service.id, reason))

    def annotate(self, service: ComputeService, reason: str) -> ComputeService:
        """Write another reason for a service that is disabled already.

        Of a host that nova calls down: of one that is up, nova-api would
        call nova-compute itself.
        """
        changes = {
            'status': 'disabled',
            'disabled_reason': reason[:REASON_MAX],
        }
        what = f'say why nova-compute on {service.host} is disabled'
        with self._asking(what) as nova:
            return rows.service(nova.update_service(service.id, changes))

    def all_services(self) -> Sequence[NovaService]:
        """Return all of nova's services, in one request."""
        with self._asking('list the services') as nova:
            return [rows.nova_service(row) for row in nova.all_services()]

    def instances(
        self, host: str, since: datetime.datetime | None = None
    ) -> Sequence[Instance]:
        """Return every instance nova places on the host, oldest first.

        An empty list costs a second request (:meth:`_see_cell`) unless only
        changes are asked for.

        :param since: only those changed since then; proves nothing about
            those that are not listed.
        :raises ComputeForbidden: the user may not list by host: nova
            drops the filter silently, so the rows are checked.
        """
        what = f'list the instances of {host}'
        with self._asking(what) as nova:
            found = listing.collect(
                lambda marker: nova.servers(
                    host, self._page_size(), marker, since=since
                ),
                'servers',
                marker='id',
            )
        instances = [rows.instance(row) for row in found]
        _require_filtered(what, host, instances)
        if since is not None:
            return [i for i in instances if i.vm_state != rows.DELETED]
        if not instances:
            self._see_cell(host)
        return instances

    def present(self, host: str) -> frozenset[str]:
        """Return the uuids of the instances nova places on the host.

        Whether nova has applied the filter cannot be seen here: uuids that
        :meth:`instances` does not know prove nothing.
        """
        with self._asking(f'list the uuids of the instances of {host}') as n:
            found = listing.collect(
                lambda marker: n.servers(
                    host, self._page_size(), marker, detail=False
                ),
                'servers',
                marker='id',
            )
        if not found:
            self._see_cell(host)
        return frozenset(str(row['id']) for row in found)

    def instance(self, uuid: str) -> Instance:
        """Return one instance as it is now.

        :raises ComputeUnavailable: among others, its cell's database is
            down and so its state is not known.
        """
        with self._asking(f'show instance {uuid}') as nova:
            instance = rows.instance(nova.server(uuid))
        if instance.vm_state == rows.UNKNOWN:
            raise errors.ComputeUnavailable(
                f'nova cannot show instance {uuid}: the database of its cell '
                'does not answer'
            )
        return instance

    def named(self, name: str) -> Sequence[Instance]:
        """Return the instances with exactly this name; not a unique one."""
        with self._asking(f'find instance {name}') as nova:
            found = listing.collect(
                lambda marker: nova.servers_like(
                    f'^{re.escape(name)}$', self._page_size(), marker
                ),
                'servers',
                marker='id',
            )
        return [rows.instance(row) for row in found if row['name'] == name]

    def aggregates(self) -> Sequence[Aggregate]:
        """Return every host aggregate."""
        with self._asking('list the host aggregates') as nova:
            return [rows.aggregate(row) for row in nova.aggregates()]

    def add_to_aggregate(self, aggregate: int, host: str) -> None:
        """Add the host to the aggregate of this id."""
        with self._asking(f'add {host} to aggregate {aggregate}') as nova:
            nova.add_host(aggregate, host)

    def remove_from_aggregate(self, aggregate: int, host: str) -> None:
        """Remove the host from the aggregate of this id."""
        what = f'remove {host} from aggregate {aggregate}'
        with self._asking(what) as nova:
            nova.remove_host(aggregate, host)

    def server_groups(self) -> Sequence[ServerGroup]:
        """Return every server group, of all projects.

        Nova tells neither how many there are nor that a page is the last:
        the last request brings none.
        """
        found: list[ServerGroup] = []
        with self._asking('list the server groups') as nova:
            while True:
                page = nova.server_groups(self._page_size(), len(found))
                if not page:
                    return found
                found += map(rows.server_group, page)

    def evacuate(
        self,
        instance: str,
        proof: OffProof,
        target_state: TargetState = TargetState.KEEP,
    ) -> str:
        """Ask nova to rebuild the instance elsewhere; return the request id.

        Never sent twice: after a time-out nobody knows whether nova took
        it, and a second one destroys the first.
        """
        stopped = target_state is TargetState.STOPPED
        with self._asking(f'evacuate instance {instance}') as nova:
            request_id = nova.evacuate(instance, stopped)
        LOG.info(
            'Nova took the evacuation of instance %s (%s); off-proof of %s: '
            '%s at %s',
            instance,
            request_id,
            proof.host,
            proof.witness,
            proof.verified_at,
        )
        return request_id

    def stop(self, instance: str) -> None:
        """Stop an instance that shall not run; never sent twice either."""
        with self._asking(f'stop instance {instance}') as nova:
            nova.stop(instance)

    def rebuild(self, instance: str, image: str) -> None:
        """Ask nova to put an image on the instance's disk.

        Never sent twice by itself: a second one destroys what the first
        has put there.
        """
        what = f'rebuild instance {instance} from image {image}'
        with self._asking(what) as nova:
            nova.rebuild(instance, image)
        LOG.info('Nova took the request to %s', what)

    def create_backup(
        self, instance: str, name: str, kind: str, rotation: int
    ) -> None:
        """Ask nova for a backup; see the port."""
        with self._asking(f'back instance {instance} up') as nova:
            nova.create_backup(instance, name, kind, rotation)

    def pause(self, instance: str) -> None:
        """Pause an instance that was paused; never sent twice either."""
        with self._asking(f'pause instance {instance}') as nova:
            nova.pause(instance)

    def reset_state(self, instance: str) -> None:
        """Call an instance active, whatever it is, and at rest."""
        with self._asking(f'reset the state of instance {instance}') as nova:
            nova.reset_state(instance)

    def migrations(
        self,
        source: str,
        since: datetime.datetime | None = None,
        statuses: Collection[MigrationStatus] | None = None,
    ) -> Sequence[Migration]:
        """Return the evacuation records with this source, oldest first.

        An empty list costs a second request (:meth:`_see_cell`) unless
        only changes are asked for.

        :param since: only those changed since then; proves nothing about
            those that are not listed. Nova leaves out records never changed
            since they were made, so an ``accepted`` one may not be among
            them. Older nova (below 2.59) returns all.
        :param statuses: only those, a query each.
        """
        wanted = _status_filters(statuses)
        found: list[Migration] = []
        with self._asking(f'list the evacuations from {source}') as nova:
            for status in wanted:
                found += self._migrations(nova, source, status, since)
        if not found and since is None:
            self._see_cell(source)
        unique = {
            migration.id: migration
            for migration in found
            if statuses is None or migration.status in statuses
        }
        return [unique[key] for key in sorted(unique)]

    def _migrations(
        self,
        nova: client.Nova,
        source: str,
        status: str | None,
        since: datetime.datetime | None,
    ) -> Iterator[Migration]:
        found = listing.collect(
            lambda marker: nova.migrations(
                source, status, since, self._page_size(), marker
            ),
            'migrations',
            marker='uuid',
        )
        for row in found:
            if rows.is_evacuation_from(row, source):
                yield rows.migration(row)

    def _see_cell(self, host: str) -> None:
        """Make sure that an empty list means nothing there.

        Nova leaves the rows of a cell whose database is down out of
        filtered lists without a word. "No instances" would end a recovery
        with nothing done, "no record" would lead to a second evacuation.

        :raises ComputeUnavailable: the host's cell does not answer.
        """
        try:
            self.service(host)
        except errors.ComputeNotFound as error:
            if self._negotiated.nova().shows_down_cells:
                return
            raise errors.ComputeUnavailable(
                f'{error}; or the database of its cell is down'
            ) from error

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[client.Nova]:
        with answers.to(what), self._negotiated.using() as nova:
            yield nova


def _require_filtered(
    what: str, host: str, instances: Sequence[Instance]
) -> None:
    """See that nova has applied the filter on the host."""
    for instance in instances:
        if instance.host == host or instance.vm_state == rows.UNKNOWN:
            continue
        raise errors.ComputeForbidden(
            f'nova did not {what} but listed others: the user of [nova] needs '
            'the role admin, or the policies os_compute_api:servers:'
            'allow_all_filters and os_compute_api:os-extended-server-'
            'attributes',
            403,
        )


def _status_filters(
    statuses: Collection[MigrationStatus] | None,
) -> Sequence[str | None]:
    """Return what to filter by, a query each; None means no filter."""
    if statuses is None or MigrationStatus.OTHER in statuses:
        return [None]
    return sorted(status.value for status in statuses)


if TYPE_CHECKING:

    def _conforms(gateway: NovaCompute) -> ports.Compute:
        return gateway

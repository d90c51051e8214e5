# SPDX-License-Identifier: Apache-2.0
"""Small clouds, said in a line."""

from nova_ha.recovery import model as heart
from nova_ha.recovery.capacity import cloud
from nova_ha.recovery.capacity import model
from nova_ha.recovery.capacity import outlook


def service(host, up=True, disabled=False):
    return heart.ComputeService(
        id=f's-{host}',
        host=host,
        up=up,
        disabled=disabled,
        disabled_reason=None,
        forced_down=False,
        updated_at=None,
    )


def provider(host, inventories, used=None, **more):
    """Return a root provider; inventories are totals or Inventory."""
    return model.Provider(
        uuid=f'p-{host}',
        name=host,
        root=f'p-{host}',
        inventories={
            name: model.Inventory(total) if isinstance(total, int) else total
            for name, total in inventories.items()
        },
        allocations=used or {},
        **more,
    )


def guest(uuid, host, memory=1, **more):
    flavor = more.pop('flavor', {'MEMORY_MB': memory})
    return model.Guest(
        uuid=uuid,
        name=f'vm-{uuid}',
        host=host,
        vm_state='active',
        flavor=flavor,
        **more,
    )


class Builder:
    """A cloud in which everything has its place.

    :ivar services: and so on may be changed before :meth:`cloud`.
    """

    def __init__(self, totals, guests, aggregates=None, groups=()):
        self.services = [service(host) for host in totals]
        self.aggregates = aggregates or {}
        self.groups = groups
        self.guests = guests
        self.providers = [
            provider(
                host,
                had if isinstance(had, dict) else {'MEMORY_MB': had},
                {g.uuid: g.flavor for g in guests if g.host == host},
                aggregates=frozenset(
                    uuid
                    for uuid, aggregate in self.aggregates.items()
                    if host in aggregate.hosts
                ),
            )
            for host, had in totals.items()
        ]

    def cloud(self, **more):
        census = model.Census(
            services=self.services,
            nodes={p.root: p.name for p in self.providers if p.uuid == p.root},
            guests=self.guests,
            aggregates=self.aggregates,
            groups=self.groups,
        )
        return cloud.build(census, self.providers, **more)


def look(built, *hosts):
    numbers = [built.number(host) for host in hosts]
    return outlook.look(built, outlook.Fitting(built), numbers)

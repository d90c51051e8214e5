# SPDX-License-Identifier: Apache-2.0
"""Asking nova and Placement for what is to be reckoned with."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping

from nova_ha.recovery import ports
from nova_ha.recovery.capacity import cloud
from nova_ha.recovery.capacity import model
from nova_ha.recovery.capacity import reach
from nova_ha.recovery.capacity.cloud import Cloud
from nova_ha.recovery.capacity.model import Census

VALUES = ('required', 'forbidden')


def inquire(
    nova: ports.CensusTaker,
    placement: ports.Placement,
    spares: Collection[str] = (),
    cells: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Cloud:
    """Return the cloud as it is now.

    :param spares: reserved hosts that are to be counted.
    :param cells: the cell of each host, if there are several.
    :param progress: is told what has been read.
    :raises ComputeError: nova did not say.
    :raises PlacementError: Placement did not say.
    """
    progress('reading hosts and instances from nova')
    census = nova.census()
    providers = placement.providers(
        _traits(census),
        [
            uuid
            for uuid, aggregate in census.aggregates.items()
            if aggregate.availability_zone or aggregate.metadata
        ],
        lambda done, all_: progress(f'{done} of {all_} resource providers'),
    )
    return cloud.build(census, providers, spares, cells)


def _traits(census: Census) -> Collection[str]:
    """Return the traits that anybody asks for."""
    asked = {model.STATUS_DISABLED, model.SHARES}
    said = [guest.extra_specs for guest in census.guests]
    said += [aggregate.metadata for aggregate in census.aggregates.values()]
    for specs in said:
        for value in VALUES if specs else ():
            asked |= reach.traits_of(specs, value)
    return asked

# SPDX-License-Identifier: Apache-2.0
"""Would the instances of a failed host find room?"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import threading
import time
from typing import Any
from typing import TYPE_CHECKING

from oslo_config import cfg

if TYPE_CHECKING:
    from nova_ha.recovery.capacity.cloud import Cloud
    from nova_ha.recovery.capacity.outlook import Outlook
    from nova_ha.recovery.capacity.survey import Survey


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """What it took to read the cloud.

    :ivar seconds: of waiting for nova and Placement.
    """

    hosts: int
    instances: int
    requests: int
    seconds: float


class Requests:
    """Counts answers; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.number = 0

    def __call__(self, _response: Any, *_args: Any, **_kwargs: Any) -> None:
        """Count one."""
        with self._lock:
            self.number += 1


def read(
    conf: cfg.ConfigOpts,
    spares: Sequence[str],
    cells: Mapping[str, str] | None,
    progress: Callable[[str], None],
) -> 'tuple[Cloud, Cost]':
    """Return the cloud as nova and Placement have it, and what that took.

    :param spares: reserved hosts that are to be counted.
    :param cells: the cell of each host, if there are several.
    :raises RecoveryError: it could not be read.
    """
    from nova_ha.compute import connection
    from nova_ha.compute.census import NovaCensus
    from nova_ha.placement.gateway import PlacementGateway
    from nova_ha.recovery.capacity import inquiry

    adapter = connection.from_conf(conf)
    requests = Requests()
    adapter.session.session.hooks['response'].append(requests)
    began = time.monotonic()
    cloud = inquiry.inquire(
        NovaCensus(adapter, lambda: int(conf.nova.page_size)),
        PlacementGateway.from_conf(conf, adapter.session),
        spares,
        cells,
        progress,
    )
    return cloud, Cost(
        hosts=len(cloud.standings),
        instances=sum(map(len, cloud.movers)),
        requests=requests.number,
        seconds=time.monotonic() - began,
    )


def plain(one: 'Outlook') -> Mapping[str, Any]:
    """Return an outlook with its verdict, for JSON."""
    fields = {f.name: getattr(one, f.name) for f in dataclasses.fields(one)}
    return {**fields, 'verdict': one.verdict}


def surveyed(found: 'Survey', cost: Cost) -> Mapping[str, Any]:
    """Return all of a survey, for JSON."""
    return {
        'bears': found.bears,
        'hosts': [plain(one) for one in found.hosts],
        'worst': found.worst,
        'notes': found.notes,
        'cost': cost,
    }


def reserved(conf: cfg.ConfigOpts) -> Sequence[str]:
    """Return the names of the reserved hosts, in the hosts file's order."""
    from nova_ha import hosts
    from nova_ha.clock import SystemClock
    from nova_ha.power.drivers import Power

    power = Power(conf, SystemClock(), threading.Event())
    try:
        loaded = hosts.read(conf.hosts_file, power.schemas())
    finally:
        power.close()
    return [host.name for host in loaded.hosts if host.reserved]


def answer(conf: cfg.ConfigOpts, upto: int) -> Mapping[str, Any]:
    """Return a survey of the cloud, up to so many hosts failing together.

    :raises RecoveryError: it could not be read.
    """
    from nova_ha.recovery.capacity import survey

    def silent(_text: str) -> None:
        pass

    cloud, cost = read(conf, (), None, silent)
    return surveyed(survey.survey(cloud, upto), cost)

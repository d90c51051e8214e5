# SPDX-License-Identifier: Apache-2.0
"""What nova, Pacemaker and the store have of all hosts at once.

One request to nova, one look at the cluster and two at the store, shared by
all who want to know at about the same time.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Generic
from typing import TypeVar

from nova_ha.looks import Look
from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.host_report import Sources
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.spares import Loan

Value = TypeVar('Value')


@dataclasses.dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """What was seen; None where it was not, and why."""

    value: Value | None = None
    why_not: str = ''


@dataclasses.dataclass(frozen=True, slots=True)
class _Kept:
    """What the store has of hosts."""

    recoveries: Mapping[str, Recovery]
    loans: Mapping[str, Loan]


class Reading:
    """Reads for all who look.

    :param cluster: None where Pacemaker is not to be looked at.
    :param standing: returns the mode in force.
    """

    def __init__(
        self,
        hosts: ports.Hosts,
        compute: ports.Compute,
        store: ports.Store,
        cluster: ports.Cluster | None,
        standing: Callable[[], Standing],
    ) -> None:
        self._hosts = hosts
        self._compute = compute
        self._store = store
        self._cluster = cluster
        self._standing = standing
        self._services = Look(
            'nova', self._ask_nova, errors.ComputeUnavailable
        )
        self._view = Look('Pacemaker', self._look, errors.ClusterUnavailable)
        self._kept = Look(
            'the store', self._read_store, errors.StoreUnavailable
        )

    def sources(self) -> Sources:
        """Return everything; who is away is told as away."""
        self._services.begin()
        self._kept.begin()
        view: Seen[ClusterView] = Seen()
        if self._cluster is not None:
            view = see(self._view.get)
        services = see(self._services.get)
        kept = see(self._kept.get)
        return Sources(
            hosts=self._hosts.all(),
            services=services.value,
            nova_away=services.why_not,
            has_cluster=self._cluster is not None,
            view=view.value,
            cluster_away=view.why_not,
            recoveries=kept.value.recoveries if kept.value else None,
            store_away=kept.why_not,
            loans=kept.value.loans if kept.value else {},
            standing=self._standing(),
        )

    def services(self) -> Mapping[str, ComputeService] | None:
        """Return nova's records by host; None while nova is away."""
        return see(self._services.get).value

    def _ask_nova(self) -> Mapping[str, ComputeService]:
        return {s.host: s for s in self._compute.services()}

    def _look(self) -> ClusterView:
        assert self._cluster is not None
        return self._cluster.look().believed()

    def _read_store(self) -> _Kept:
        return _Kept(
            {r.host: r for r in self._store.recoveries(active=True)},
            {loan.spare: loan for loan in self._store.loans(open_only=True)},
        )


def see(get: Callable[[], Value]) -> Seen[Value]:
    """Return what is seen, or why nothing is."""
    try:
        return Seen(get())
    except errors.RecoveryError as e:
        return Seen(why_not=str(e))

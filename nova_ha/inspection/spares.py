# SPDX-License-Identifier: Apache-2.0
"""The reserved hosts, and which of them are on loan."""

from collections.abc import Callable
from collections.abc import Sequence

from nova_ha.inspection.reading import Reading
from nova_ha.recovery import ports
from nova_ha.recovery import spare_list
from nova_ha.recovery.spare_list import SpareRow


class SpareLook:
    """Looks at the spares.

    :param reason: returns what a spare's disabled_reason begins with.
    """

    def __init__(
        self,
        everybody: Reading,
        hosts: ports.Hosts,
        store: ports.Store,
        reason: Callable[[], str],
    ) -> None:
        self._everybody = everybody
        self._hosts = hosts
        self._store = store
        self._reason = reason

    def every(self) -> Sequence[SpareRow]:
        """Return the open loans, and the reserved hosts that are on none.

        :raises StoreUnavailable: which are on loan is not known.
        """
        loans = self._store.loans(open_only=True)
        reserved = [h.name for h in self._hosts.all() if h.reserved]
        services = None
        if spare_list.waiting(loans, reserved):
            services = self._everybody.services()
        return spare_list.rows(loans, reserved, services, self._reason())

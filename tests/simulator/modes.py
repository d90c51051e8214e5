# SPDX-License-Identifier: Apache-2.0
"""The mode in the real store; one machine's memory serves all controllers."""

from nova_ha.db.store import SqlStore
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Standing


class SimModes:
    """Satisfies :class:`nova_ha.recovery.ports.Modes`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._known: Standing | None = None

    def read(self) -> Standing:
        found = self._store.modes(1)
        self._known = found[0] if found else ARMED
        return self._known

    def last_known(self) -> Standing | None:
        return self._known

    def write(self, standing: Standing) -> Standing:
        self._known = self._store.set_mode(standing)
        return self._known

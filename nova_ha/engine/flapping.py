# SPDX-License-Identifier: Apache-2.0
"""Keeps a host out that fails again and again."""

import datetime

from nova_ha.engine.marks import mark_of
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import flapping
from nova_ha.recovery.flapping import FlapLimits
from nova_ha.recovery.gate import EXPECTED_BACK
from nova_ha.recovery.model import Recovery

COUNTED = 50
"""So many recoveries of a host are looked at."""

NOTE = 'flapping, kept out'
"""What nova's disabled_reason says beside our mark."""

_Key = tuple[datetime.datetime, datetime.datetime | None, FlapLimits]


class Flapping:
    """Counts a host's failures, once an incident."""

    def __init__(self, world: World, settings: SettingsSource) -> None:
        self._store = world.store
        self._compute = world.compute
        self._settings = settings
        self._known: dict[str, tuple[_Key, str]] = {}
        self._noted: dict[str, datetime.datetime] = {}

    def why_kept_out(self, recovery: Recovery) -> str:
        """Return why the host is not let back; '' when it may come.

        :raises StoreUnavailable: it cannot be known.
        """
        limits = self._settings().guards.flapping
        if not limits.failures or recovery.state not in EXPECTED_BACK:
            return ''
        key = (recovery.fencing_since, recovery.let_return_at, limits)
        known = self._known.get(recovery.uuid)
        if known is None or known[0] != key:
            known = (key, self._count(recovery, limits))
            self._known[recovery.uuid] = known
        return known[1]

    def note(self, recovery: Recovery) -> None:
        """Have nova's disabled_reason say so, if it is our mark.

        :raises ComputeError: nova was not told.
        """
        if self._noted.get(recovery.uuid) == recovery.fencing_since:
            return
        mark = mark_of(recovery)
        service = self._compute.service(recovery.host)
        noted = mark.noted(NOTE)
        if (
            service.disabled
            and service.forced_down
            and mark.is_in(service.disabled_reason)
            and service.disabled_reason != noted
        ):
            self._compute.annotate(service, noted)
        self._noted[recovery.uuid] = recovery.fencing_since

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._known.pop(uuid, None)
        self._noted.pop(uuid, None)

    def _count(self, recovery: Recovery, limits: FlapLimits) -> str:
        return flapping.why_kept_out(
            recovery,
            self._store.recoveries(host=recovery.host, limit=COUNTED),
            self._store.events(recovery.uuid),
            limits,
        )

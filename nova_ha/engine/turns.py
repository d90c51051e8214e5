# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is: restart groups and server groups, over all hosts.

Nova is asked for its server groups once it has been told that the host is
down; until it has answered, one instance goes ahead of the others.
Where other hosts are being recovered too, that one waits as well, for one of
its server group may be on its way from there; and only then is the store
asked for their rows.
"""

from collections.abc import Mapping
from collections.abc import Sequence

from nova_ha.engine.prober import Prober
from nova_ha.engine.restart_told import RestartTold
from nova_ha.engine.server_groups import ServerGroups
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import following
from nova_ha.recovery import groups as restart_groups
from nova_ha.recovery import ordering
from nova_ha.recovery import ports
from nova_ha.recovery import restart
from nova_ha.recovery import server_groups
from nova_ha.recovery import states
from nova_ha.recovery.groups import Group
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.states import EvacuationState


class Turns:
    """Chooses among the pending rows of one recovery at a time."""

    def __init__(
        self,
        store: ports.RecoveryStore,
        policy: ports.Policy,
        listed: ServerGroups,
        prober: Prober,
        clock: ports.Clock,
    ) -> None:
        self._store = store
        self._policy = policy
        self._listed = listed
        self._prober = prober
        self._told = RestartTold(store)
        self._clock = clock

    def take(
        self, work: Worklist, active: Sequence[Recovery]
    ) -> Sequence[Evacuation]:
        """Return the pending rows that may be asked for now.

        Why the others wait is left on the worklist.

        :param active: every active recovery.
        """
        groups = self._policy.groups()
        pending = _pending(work)
        known = self._server_groups(work, active, pending)
        kept_apart = server_groups.apart(known or (), work.rows)
        work.urgent = _urgent(work, groups, kept_apart)
        work.waiting = {}
        work.turn_at = None
        if not pending:
            return []
        rows = self._rows(work, active, groups, kept_apart)
        self._wait_for_groups(work, active, groups, rows)
        self._keep_apart(work, active, kept_apart, rows)
        free = [row for row in pending if row.instance not in work.waiting]
        if known is None:
            return self._one(work, free) if len(active) < 2 else []
        self._tell_stranded(work, known)
        return free

    def asked(self, uuid: str) -> None:
        """The requests of this tick are on their way: ask what is missing."""
        self._listed.begin(uuid)

    def has_news(self, uuid: str) -> bool:
        """Whether more may be asked for than a moment ago."""
        return self._listed.has_news(uuid)

    def forget(self, uuid: str) -> None:
        """Drop what is remembered of a recovery."""
        self._listed.forget(uuid)
        self._prober.forget(uuid)

    def _server_groups(
        self,
        work: Worklist,
        active: Sequence[Recovery],
        pending: Sequence[Evacuation],
    ) -> Sequence[ServerGroup] | None:
        """Return nova's server groups; None while they are not known."""
        uuid = work.recovery.uuid
        if not pending:
            return self._listed.known(uuid)
        if len(work.rows) < 2 and len(active) < 2:
            return ()  # nothing could be in its way
        return self._listed.of(uuid)

    def _rows(
        self,
        work: Worklist,
        active: Sequence[Recovery],
        groups: Mapping[str, Group],
        kept_apart: Mapping[str, ServerGroup],
    ) -> Sequence[Evacuation]:
        """Return the rows of every active recovery that may matter."""
        rows = list(work.rows.values())
        mine = work.recovery.uuid
        if len(active) < 2 or not (groups or kept_apart):
            return rows
        found = self._store.related(groups.keys(), kept_apart.keys())
        return [*rows, *(row for row in found if row.recovery != mine)]

    def _wait_for_groups(
        self,
        work: Worklist,
        active: Sequence[Recovery],
        groups: Mapping[str, Group],
        rows: Sequence[Evacuation],
    ) -> None:
        uuid = work.recovery.uuid
        pending = _pending(work)
        if not any(
            r.group in groups and groups[r.group].after for r in pending
        ):
            return
        scene = restart.Scene(
            groups=groups,
            rows=rows,
            begun=work.recovery.state_since,
            now=self._clock.now(),
            over=_over_well(work),
            answering=self._prober.answering(uuid),
            unlisted=restart.unlisted(work.recovery, active, rows),
        )
        found = restart.standings(scene)
        for row in pending:
            before = restart.waits_for(row, found)
            if before:
                work.waiting[row.instance] = before
        work.turn_at = min(
            (s.changes for s in found.values() if s.changes), default=None
        )
        if work.waiting:
            self._prober.begin(uuid, restart.to_probe(scene))
        self._told.tell(work, scene, found)

    def _keep_apart(
        self,
        work: Worklist,
        active: Sequence[Recovery],
        kept_apart: Mapping[str, ServerGroup],
        rows: Sequence[Evacuation],
    ) -> None:
        if not kept_apart:
            return
        over = _over(work)
        free = [r for r in rows if r.instance not in work.waiting]
        for instance in server_groups.must_wait(
            work.recovery, active, free, kept_apart, over, self._clock.now()
        ):
            work.waiting[instance] = ()

    @staticmethod
    def _one(
        work: Worklist, free: Sequence[Evacuation]
    ) -> Sequence[Evacuation]:
        if work.open() or work.asking:
            return []
        return ordering.in_order(free)[:1]

    def _tell_stranded(
        self, work: Worklist, known: Sequence[ServerGroup]
    ) -> None:
        left = [
            row.instance
            for row in work.rows.values()
            if row.state not in states.EVACUATION_ENDED
        ]
        found = server_groups.stranded(known, left)
        for instance, group in found.items():
            work.hints[instance] = server_groups.in_words(group)
        self._told.stranded(work, found, self._clock.now())


def _pending(work: Worklist) -> Sequence[Evacuation]:
    return [
        row for row in work.askable() if row.state is EvacuationState.PENDING
    ]


def _over_well(work: Worklist) -> restart.Times:
    return {
        row.instance: work.over_since[row.instance]
        for row in work.open()
        if row.instance in work.over_since
        and (record := work.record(row)) is not None
        and record.status in following.OVER_WELL
    }


def _over(work: Worklist) -> set[str]:
    return {
        row.instance
        for row in work.open()
        if not following.occupies_window(row, work.record(row))
    }


def _urgent(
    work: Worklist,
    groups: Mapping[str, Group],
    kept_apart: Mapping[str, ServerGroup],
) -> set[str]:
    """Return those whose arrival others wait for, here or elsewhere."""
    awaited = restart_groups.awaited(groups)
    return {
        row.instance
        for row in work.open()
        if row.group in awaited or row.instance in kept_apart
    }

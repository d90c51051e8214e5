# SPDX-License-Identifier: Apache-2.0
"""Puts snapshots back, each to its end.

One step of a row: look at the server; decide by :mod:`nova_ha.recovery.
restoring`; write a request down; send it, if a last look says that nova has
not taken it yet. So whoever is killed at any point leaves to the next one a
row and a server that together tell how far it was.
"""

from collections.abc import Mapping
import datetime
import logging

from nova_ha.engine.disk_calls import DiskCalls
from nova_ha.engine.nova_calls import NOVA_STOPS_WITHIN
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.worklist import Restore
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import errors
from nova_ha.recovery import following
from nova_ha.recovery import ports
from nova_ha.recovery import restoring
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.restoring import Act
from nova_ha.recovery.states import EvacuationEvent as Event
from nova_ha.recovery.states import EvacuationState as State

LOG = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the servers that are being restored."""


class Restorer:
    """Sees every row that is restoring to its end."""

    def __init__(
        self,
        calls: DiskCalls,
        clock: ports.Clock,
        settings: SettingsSource,
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._settings = settings

    def follow(
        self, work: Worklist, fenced: Mapping[str, following.Fence]
    ) -> None:
        """Look at every server whose snapshot is being put back.

        :param fenced: the last fence of each host that had one.
        """
        now = self._clock.now()
        for row in work.restoring():
            if row.target in following.fenced_since(row, fenced):
                why = (
                    f'its host {row.target} was fenced before its snapshot '
                    f'{row.snapshot} was back: the recovery of {row.target} '
                    'decides about it anew'
                )
                self._end(work, row, Event.SKIP, now, why)
            elif not self._is_under_way(work, row) and (
                row.not_before is None or row.not_before <= now
            ):
                self._calls.look(work, row)

    def hear(self, work: Worklist, row: Evacuation, news: Restore) -> None:
        """Take in what a look or a request has brought."""
        work.looking.discard(row.instance)
        work.asking.discard(row.instance)
        if row.state is not State.RESTORING:
            return
        if isinstance(news.error, errors.ComputeRefused) and news.asked:
            work.refusals[row.instance] = news.error
            self._later(work, row, news.error, news.at)
        elif news.error is not None:
            LOG.warning('%s: restoring: %s', row.name, news.error)
            # Nova may or may not have taken it: the server will tell.
            work.missing_since.pop(row.instance, None)
        elif news.server is None:
            self._end(work, row, Event.SKIP, news.at, 'it was deleted')
        elif news.asked:
            work.missing_since.pop(row.instance, None)
        else:
            self._judge(work, row, news.server, news.at)

    def send(self, work: Worklist) -> None:
        """Send the requests that are on record now."""
        while work.to_send:
            instance, image = work.to_send.popitem()
            row = work.rows[instance]
            if row.state is State.RESTORING:
                self._calls.rebuild(work, row, image)

    @staticmethod
    def _is_under_way(work: Worklist, row: Evacuation) -> bool:
        return (
            row.instance in work.looking
            or row.instance in work.asking
            or row.instance in work.to_send
        )

    def _judge(
        self,
        work: Worklist,
        row: Evacuation,
        server: Instance,
        now: datetime.datetime,
    ) -> None:
        since = work.missing_since.setdefault(row.instance, now)
        verdict = restoring.judge(
            row,
            server,
            self._limits(),
            (now - since).total_seconds(),
            now,
            str(work.refusals.get(row.instance, '')),
        )
        if server.task_state is not None:
            work.missing_since.pop(row.instance, None)
        if verdict.act is Act.ASK:
            self._ask(work, row, verdict, now)
        elif verdict.act is Act.STOP:
            self._stop(work, row, now)
        elif verdict.act is Act.RESTORED:
            self._restored(work, row, server, now)
        elif verdict.act is Act.MOVED:
            self._end(work, row, Event.SKIP, now, verdict.why)
        elif verdict.act is Act.FAIL:
            why = restoring.outcome(row, server, verdict.why)
            self._end(work, row, Event.RESTORE_FAILED, now, why)

    def _ask(
        self,
        work: Worklist,
        row: Evacuation,
        verdict: restoring.Verdict,
        now: datetime.datetime,
    ) -> None:
        begun = sum(bool(other.restores) for other in work.restoring())
        if not row.restores and begun >= self._settings().restores_at_once:
            return
        if verdict.image is None:
            return
        work.refusals.pop(row.instance, None)
        work.missing_since.pop(row.instance, None)
        work.over_since.pop(row.instance, None)
        work.amend(
            row,
            'restore_asked',
            now,
            verdict.why if row.restores else f'image {verdict.image}',
            restores=verdict.restores,
            restore_asked_at=now,
            not_before=None,
        )
        work.to_send[row.instance] = verdict.image

    def _stop(
        self, work: Worklist, row: Evacuation, now: datetime.datetime
    ) -> None:
        """Stop it, unless nova itself is about to."""
        since = work.over_since.setdefault(row.instance, now)
        if now - since >= NOVA_STOPS_WITHIN:
            self._calls.stop(work, row)

    def _restored(
        self,
        work: Worklist,
        row: Evacuation,
        server: Instance,
        now: datetime.datetime,
    ) -> None:
        why = (
            f'is {server.vm_state} from its snapshot {row.snapshot}; what it '
            'had written later is lost'
        )
        self._end(work, row, Event.RESTORED, now, why)

    def _later(
        self,
        work: Worklist,
        row: Evacuation,
        error: Exception,
        now: datetime.datetime,
    ) -> None:
        pause = datetime.timedelta(seconds=self._settings().backoff)
        work.amend(
            row,
            'restore_refused',
            now,
            str(error),
            not_before=now + pause,
        )

    @staticmethod
    def _end(
        work: Worklist,
        row: Evacuation,
        event: Event,
        now: datetime.datetime,
        why: str,
    ) -> None:
        for known in (work.refusals, work.missing_since, work.over_since):
            known.pop(row.instance, None)
        work.to_send.pop(row.instance, None)
        work.change(row, event, now, why, not_before=None)

    def _limits(self) -> restoring.Limits:
        settings = self._settings()
        return restoring.Limits(
            attempts=settings.restore_attempts,
            settle=settings.settle,
            timeout=settings.restore_timeout,
        )

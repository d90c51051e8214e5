# SPDX-License-Identifier: Apache-2.0
"""Calls to nova that a step does not wait for, in a pool of their own."""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
import datetime
import logging

from nova_ha.engine.marks import mark_of
from nova_ha.engine.marks import still
from nova_ha.engine.worklist import Answer
from nova_ha.engine.worklist import Look
from nova_ha.engine.worklist import Worklist
from nova_ha.recovery import eligibility
from nova_ha.recovery import errors
from nova_ha.recovery import following
from nova_ha.recovery import ports
from nova_ha.recovery import safety
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.states import RecoveryState
from nova_ha.recovery.states import TargetState

LOG = logging.getLogger(__name__)

WORTH_A_LIST = 3
"""Servers on one host from which on a list costs nova less than each."""

NOVA_STOPS_WITHIN = datetime.timedelta(seconds=3)

SKEW = datetime.timedelta(seconds=5)
"""So much nova's clock may be behind ours; whom a list of changes lacks for
more than that is looked at alone."""


class NovaCalls:
    """Asks and looks; the results come back through the worklist.

    :param why_still: why nothing may be asked for now; empty when it may.
    """

    def __init__(
        self,
        store: ports.RecoveryStore,
        compute: ports.Compute,
        pool: futures.Executor,
        clock: ports.Clock,
        wake: Callable[[str], None],
        why_still: Callable[[], str] = lambda: '',
    ) -> None:
        self._why_still = why_still
        self._store = store
        self._compute = compute
        self._pool = pool
        self._clock = clock
        self._wake = wake

    def ask(self, work: Worklist, row: Evacuation, proof: OffProof) -> None:
        """Send the evacuate request of a row already written down."""
        work.asking.add(row.instance)
        self._pool.submit(self._ask, work, row, proof)

    def look(self, work: Worklist, row: Evacuation) -> None:
        """See what has become of the server, once at a time."""
        if row.instance not in work.looking:
            work.looking.add(row.instance)
            self._pool.submit(self._look, work, row)

    def look_on(
        self, work: Worklist, host: str, rows: Sequence[Evacuation]
    ) -> None:
        """See what has become of servers that should be on this host.

        :param host: empty where nova has named none.
        """
        if not host or len(rows) < WORTH_A_LIST:
            for row in rows:
                self.look(work, row)
            return
        work.looking.update(row.instance for row in rows)
        self._pool.submit(self._look_on, work, host, rows)

    def _ask(self, work: Worklist, row: Evacuation, proof: OffProof) -> None:
        request_id = ''
        error: Exception | None = None
        try:
            self._require_valid(work.recovery, proof)
            self._prepare(work.recovery, row, proof)
            request_id = self._compute.evacuate(
                row.instance,
                proof,
                TargetState.STOPPED
                if eligibility.asked_to_stop(row)
                else TargetState.KEEP,
            )
        except Exception as e:  # whatever it is, the step must hear of it
            error = e
        work.answers.put(
            Answer(row.instance, self._clock.now(), request_id, error)
        )
        if error is not None:
            self._wake(work.recovery.uuid)

    def _prepare(
        self, recovery: Recovery, row: Evacuation, proof: OffProof
    ) -> None:
        """Reset the state of one that nova would refuse, if that may be.

        The row says that this may be done, and what the state was; an
        attempt before this one may have done it.
        """
        if not eligibility.beforehand(row):
            return
        server = self._compute.instance(row.instance)
        if server.host == row.source and eligibility.is_to_be_reset(
            row, server
        ):
            LOG.info('%s: %s', row.name, eligibility.beforehand(row))
            self._compute.reset_state(row.instance)
        self._require_valid(recovery, proof)

    def _require_valid(self, recovery: Recovery, proof: OffProof) -> None:
        """See that nothing has changed while the request was queued.

        :raises UnsafeRequest: the host was seen running, somebody else
            drives the recovery now, or nothing may be done at all.
        """
        if self._why_still():
            raise errors.UnsafeRequest(f'not asked: {self._why_still()}')
        now = self._store.get(recovery.uuid)
        if (
            now.state is not RecoveryState.EVACUATING
            or now.owner != recovery.owner
            or not safety.proves(proof, now)
        ):
            raise errors.UnsafeRequest(
                f'not asked: {now.host} is {now.state.value}, driven by '
                f'{now.owner}'
            )

    def _look_on(
        self, work: Worklist, host: str, rows: Sequence[Evacuation]
    ) -> None:
        try:
            since = _asked_at(rows)
            there = {i.uuid: i for i in self._compute.instances(host, since)}
        except Exception as e:  # whatever it is, one by one will tell it
            LOG.info('%s: could not be listed: %s', host, e)
            there = {}
        for row in rows:
            server = there.get(row.instance)
            if (
                server is None
                or following.needs_stop(row, server)
                or following.needs_pause(row, server)
            ):
                self._look(work, row)
            else:
                look = Look(row.instance, self._clock.now(), server)
                work.answers.put(look)
        self._wake(work.recovery.uuid)

    def _look(self, work: Worklist, row: Evacuation) -> None:
        server: Instance | None = None
        error: Exception | None = None
        try:
            server = self._compute.instance(row.instance)
            if row.instance in work.refusals:
                self._see_to_service(work.recovery, server)
            elif self._is_left_running(work, row, server):
                self._compute.stop(row.instance)
            elif self._is_over(work, row) and following.needs_pause(
                row, server
            ):
                self._compute.pause(row.instance)
        except errors.ComputeNotFound:
            server = None
        except Exception as e:  # whatever it is, the step must hear of it
            error = e
        work.answers.put(Look(row.instance, self._clock.now(), server, error))
        self._wake(work.recovery.uuid)

    def _is_left_running(
        self, work: Worklist, row: Evacuation, server: Instance
    ) -> bool:
        """Whether nova has ended with a stopped instance running.

        Nova itself shows it active for a moment before it stops it.
        """
        over = work.over_since.get(row.instance)
        return (
            over is not None
            and self._clock.now() - over >= NOVA_STOPS_WITHIN
            and following.needs_stop(row, server)
        )

    @staticmethod
    def _is_over(work: Worklist, row: Evacuation) -> bool:
        record = work.record(row)
        return record is not None and record.status in following.OVER_WELL

    def _see_to_service(self, recovery: Recovery, server: Instance) -> None:
        """Tell nova again if somebody has taken our force-down back.

        Nova then refuses every evacuation: the host is "still in use".
        """
        if server.host != recovery.host or recovery.off_proof is None:
            return
        service = self._compute.service(recovery.host)
        before = recovery.service_before
        if service.up and before is not None:
            self._compute.force_down(
                service,
                still(before, service),
                mark_of(recovery),
                recovery.off_proof,
            )


def _asked_at(rows: Sequence[Evacuation]) -> datetime.datetime | None:
    """Return a moment since which nova has changed each of them.

    A target may have instances of its own by the hundred: what nova is not
    asked to list costs it nothing.
    """
    moments = [row.asked_at for row in rows]
    known = [moment for moment in moments if moment is not None]
    return min(known) - SKEW if len(known) == len(moments) else None

# SPDX-License-Identifier: Apache-2.0
"""What evacuating begins with, asked for in advance and all at once.

What the instances of a host are like is what nova takes longest to tell, so
that is asked for when a fence request comes. Which of them are on the host
and which records there are is asked for once it is proven off, since only
from then on nothing can leave it unseen, and once nova has been told that it
is down, which nothing may delay.
"""

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
import contextlib
import dataclasses
import datetime
import logging
from typing import TypeVar

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import Recovery

LOG = logging.getLogger(__name__)

FRESH = datetime.timedelta(seconds=60)
"""How old what was foreseen may be when the host is proven off."""

TWO = 2
"""Instances that can be in each other's way."""

Found = TypeVar('Found')


@dataclasses.dataclass(frozen=True, slots=True)
class _Foreseen:
    """What the instances are like; begun at ``at``."""

    at: datetime.datetime
    instances: futures.Future[Sequence[Instance]]


@dataclasses.dataclass(frozen=True, slots=True)
class _Begun:
    """Answers under way; good for the incident of this off-proof only."""

    verified_at: datetime.datetime
    instances: futures.Future[Sequence[Instance]]
    present: futures.Future[frozenset[str]] | None
    records: futures.Future[Sequence[Migration]]


class FirstLook:
    """Asks in advance, and hands each answer out once.

    :param pool: where nova is asked.
    :param also: is called with each recovery whose host has been proven off,
        to ask for more, unless the host is known to have less than two
        instances; must not wait.
    """

    def __init__(
        self,
        compute: ports.Compute,
        pool: futures.Executor,
        clock: ports.Clock,
        also: Callable[[Recovery], None] = lambda _recovery: None,
    ) -> None:
        self._also = also
        self._compute = compute
        self._pool = pool
        self._clock = clock
        self._foreseen: dict[str, _Foreseen] = {}
        self._begun: dict[str, _Begun] = {}

    def foresee(self, host: Host) -> None:
        """Ask what the instances of a host that is powered off are like.

        Nobody waits for it; never raises.
        """
        now = self._clock.now()
        with contextlib.suppress(RuntimeError):  # the pool was shut down
            instances = self._pool.submit(self._compute.instances, host.name)
            self._foreseen[host.name] = _Foreseen(now, instances)

    def begin(self, recovery: Recovery) -> None:
        """Ask the rest; for when the host is off and nova has been told."""
        host, proof = recovery.host, recovery.off_proof
        if proof is None:
            return
        foreseen = self._foreseen.pop(host, None)
        if foreseen is not None and (
            foreseen.at < recovery.fencing_since
            or self._clock.now() - foreseen.at > FRESH
        ):
            foreseen = None
        submit = self._pool.submit
        self._begun[recovery.uuid] = _Begun(
            proof.verified_at,
            instances=foreseen.instances
            if foreseen
            else submit(self._compute.instances, host),
            present=submit(self._compute.present, host) if foreseen else None,
            records=submit(self._compute.migrations, host),
        )
        if foreseen is None or not _are_few(foreseen.instances):
            self._also(recovery)

    def instances(self, recovery: Recovery) -> Sequence[Instance]:
        """Return the instances on the host since it was proven off.

        What is not begun, or went wrong, is asked for now; a second time,
        too.
        """
        begun = self._of(recovery)
        self.forget(recovery.uuid)
        if begun is None:
            return self._compute.instances(recovery.host)
        found = _had(begun.instances)
        if begun.present is not None and found is not None:
            present = _had(begun.present)
            seen = {instance.uuid: instance for instance in found}
            if present is None or not present <= seen.keys():
                found = None  # some have come since
            else:
                found = [i for i in found if i.uuid in present]
        if found is None:
            return self._compute.instances(recovery.host)
        return found

    def records(self, recovery: Recovery) -> Sequence[Migration]:
        """Return nova's records; to be called before :meth:`instances`."""
        begun = self._of(recovery)
        found = None if begun is None else _had(begun.records)
        if found is None:
            return self._compute.migrations(recovery.host)
        return found

    def forget(self, uuid: str) -> None:
        """Drop what was begun for a recovery."""
        self._begun.pop(uuid, None)

    def _of(self, recovery: Recovery) -> _Begun | None:
        begun, proof = self._begun.get(recovery.uuid), recovery.off_proof
        if (
            begun is None
            or proof is None
            or begun.verified_at != proof.verified_at
        ):
            return None
        return begun


def _are_few(answer: futures.Future[Sequence[Instance]]) -> bool:
    """Whether it is known by now that there are less than two."""
    if not answer.done() or answer.cancelled() or answer.exception():
        return False
    return len(answer.result()) < TWO


def _had(answer: futures.Future[Found]) -> Found | None:
    """Return the answer; None where it failed, or nobody asks yet."""
    if answer.cancel():
        return None
    try:
        return answer.result()
    except errors.ComputeError as e:
        LOG.info('Asked once more: %s', e)
        return None

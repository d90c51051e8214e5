# SPDX-License-Identifier: Apache-2.0
"""Lists the instances of a host while nova is told that it is down.

Nova takes longer over that list than over all else that comes before the
first evacuation, and needs nothing for it but the host to be off.
"""

from collections.abc import Sequence
from concurrent import futures
import dataclasses
import datetime
import logging

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Recovery

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class _Begun:
    """A list under way; good for the incident of this off-proof only."""

    verified_at: datetime.datetime
    listed: futures.Future[Sequence[Instance]]


class FirstLook:
    """Begins lists and hands each out once.

    :param pool: where they are made.
    """

    def __init__(self, compute: ports.Compute, pool: futures.Executor) -> None:
        self._compute = compute
        self._pool = pool
        self._begun: dict[str, _Begun] = {}

    def begin(self, recovery: Recovery) -> None:
        """Begin to list the instances of a host that has been proven off.

        Once an incident, however often it is called.
        """
        proof = recovery.off_proof
        if proof is None:
            return
        begun = self._begun.get(recovery.uuid)
        if begun is None or begun.verified_at != proof.verified_at:
            listed = self._pool.submit(self._compute.instances, recovery.host)
            self._begun[recovery.uuid] = _Begun(proof.verified_at, listed)

    def instances(self, recovery: Recovery) -> Sequence[Instance]:
        """Return the host's instances, as they were after the power-off.

        What is not begun, or went wrong, is asked for now.
        """
        begun = self._begun.pop(recovery.uuid, None)
        proof = recovery.off_proof
        if (
            begun is not None
            and proof is not None
            and begun.verified_at == proof.verified_at
            and not begun.listed.cancel()  # not even begun: quicker ourselves
        ):
            try:
                return begun.listed.result()
            except errors.ComputeError as e:
                LOG.info('%s: listed once more: %s', recovery.host, e)
        return self._compute.instances(recovery.host)

    def forget(self, uuid: str) -> None:
        """Drop what was begun for a recovery."""
        self._begun.pop(uuid, None)

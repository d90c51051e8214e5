# SPDX-License-Identifier: Apache-2.0
"""Calls to glance and nova about local disks, which a step does not wait for.

As :mod:`.nova_calls`: what they bring comes back through the worklist.
"""

from collections.abc import Callable
from concurrent import futures
import logging

from nova_ha.engine.worklist import Found
from nova_ha.engine.worklist import Restore
from nova_ha.engine.worklist import Worklist
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import restoring
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import Snapshot
from nova_ha.recovery.states import RecoveryState

LOG = logging.getLogger(__name__)


class DiskCalls:
    """Finds snapshots, looks at servers, asks for rebuilds.

    :param pool: where that is done.
    :param wake: called with a recovery that has news.
    """

    def __init__(
        self, world: World, pool: futures.Executor, wake: Callable[[str], None]
    ) -> None:
        self._store = world.store
        self._compute = world.compute
        self._images = world.images
        self._clock = world.clock
        self._pool = pool
        self._wake = wake

    def find(self, work: Worklist, row: Evacuation) -> None:
        """Find the newest snapshot of a row's instance."""
        work.choosing.add(row.instance)
        self._pool.submit(self._find, work, row)

    def look(self, work: Worklist, row: Evacuation) -> None:
        """See what has become of a server that is restored."""
        work.looking.add(row.instance)
        self._pool.submit(self._look, work, row)

    def stop(self, work: Worklist, row: Evacuation) -> None:
        """Stop a server that had been stopped, then look at it."""
        work.looking.add(row.instance)
        self._pool.submit(self._look, work, row, stop=True)

    def rebuild(self, work: Worklist, row: Evacuation, image: str) -> None:
        """Send the rebuild request of a row already written down."""
        work.asking.add(row.instance)
        self._pool.submit(self._rebuild, work, row, image)

    def _find(self, work: Worklist, row: Evacuation) -> None:
        newest: Snapshot | None = None
        server: Instance | None = None
        error: Exception | None = None
        try:
            newest = self._newest(row.instance)
            server = self._compute.instance(row.instance)
        except errors.ComputeNotFound:
            server = None
        except Exception as e:  # whatever it is, the step must hear of it
            error = e
        work.answers.put(
            Found(row.instance, self._clock.now(), newest, server, error)
        )
        self._wake(work.recovery.uuid)

    def _newest(self, instance: str) -> Snapshot | None:
        if self._images is None:
            raise errors.ImageError('nova-ha has no glance to ask')
        return self._images.newest_snapshot(instance)

    def _look(
        self, work: Worklist, row: Evacuation, stop: bool = False
    ) -> None:
        server: Instance | None = None
        error: Exception | None = None
        try:
            if stop:
                self._compute.stop(row.instance)
            server = self._compute.instance(row.instance)
        except errors.ComputeNotFound:
            server = None
        except Exception as e:  # whatever it is, the step must hear of it
            error = e
        work.answers.put(
            Restore(row.instance, self._clock.now(), server, error=error)
        )
        self._wake(work.recovery.uuid)

    def _rebuild(self, work: Worklist, row: Evacuation, image: str) -> None:
        server: Instance | None = None
        asked = False
        error: Exception | None = None
        try:
            self._require_mine(work.recovery)
            server = self._compute.instance(row.instance)
            if restoring.may_send(row, server, image):
                asked = True
                self._compute.rebuild(row.instance, image)
        except errors.ComputeNotFound:
            server = None
        except Exception as e:  # whatever it is, the step must hear of it
            error = e
        work.answers.put(
            Restore(row.instance, self._clock.now(), server, asked, error)
        )
        self._wake(work.recovery.uuid)

    def _require_mine(self, recovery: Recovery) -> None:
        """See that nobody else drives the recovery by now.

        :raises UnsafeRequest: somebody does, or it has moved on.
        """
        now = self._store.get(recovery.uuid)
        if (
            now.state is not RecoveryState.EVACUATING
            or now.owner != recovery.owner
        ):
            raise errors.UnsafeRequest(
                f'not asked: {now.host} is {now.state.value}, driven by '
                f'{now.owner}'
            )

# SPDX-License-Identifier: Apache-2.0
"""What several failures in one scenario have in common."""

from collections.abc import Iterator
import contextlib
import datetime

from tests.lab import readiness
from tests.lab.pacemaker.remotes import RemoteHost
from tests.lab.scenarios.play import Play
from tests.lab.services.base import Service


class Incidents:
    """Hosts lose their power, services end, and all are there again."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._fencers = play.stack.fencers(play.hosts)
        self._read = self._lengths()

    @contextlib.contextmanager
    def stopped(self, service: Service) -> Iterator[None]:
        """Within, a service does not run; then it does its work again."""
        self._play.say(f'{service.name} ends')
        service.stop()
        try:
            yield
        finally:
            service.start()
            readiness.wait_for_services([service])
            self._play.say(f'{service.name} is there again')

    def lose_power(self, host: RemoteHost) -> None:
        """The next that goes wrong; what is told counts from here."""
        self._read = self._lengths()
        self._play.fail(f'{host.name} loses its power')
        host.power_off()

    def _lengths(self) -> list[int]:
        """So many bytes each of the fencers has logged."""
        return [each.log.stat().st_size for each in self._fencers]

    def wait_told(self, text: str) -> None:
        """Wait until it is logged since the last failure, or is shown now."""

        def told() -> bool:
            recovery = self._play.recovery() or {'message': ''}
            return text in recovery['message'] or any(
                text.encode() in fencer.log.read_bytes()[read:]
                for fencer, read in zip(self._fencers, self._read, strict=True)
            )

        self._play.wait(told, 120, f'it to be told: {text}')
        self._play.say(f'it is told: {text}')

    def wait_evacuated(
        self, host: RemoteHost | None = None, timeout: float = 120
    ) -> None:
        """Wait until all instances of the host that failed run elsewhere."""
        self._play.wait(
            lambda: self._begun(host), timeout, 'its recovery to begin'
        )
        self._play.wait_evacuated(host, timeout)

    def _begun(self, host: RemoteHost | None) -> bool:
        """Whether the newest recovery is of the last failure."""
        found = self._play.recovery(host)
        if found is None:
            return False
        at = datetime.datetime.fromisoformat(found['requested_at'])
        return at.timestamp() >= self._play.failed_at

    def bring_back(self, host: RemoteHost) -> None:
        """Switch it on, if need be, and wait until it serves."""
        self._play.bring_back(host)
        self._play.wait_serving(host)

    def clear(self) -> None:
        """See that all guests run as they must, and remove everything."""
        play = self._play
        play.require_guests_right()
        for uuid in play.instances:
            play.cloud.delete(uuid)
        play.wait(lambda: not play.cloud.servers(), 120, 'all to be deleted')
        play.instances.clear()
        play.cloud.delete_aggregates()

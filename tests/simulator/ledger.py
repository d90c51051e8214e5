# SPDX-License-Identifier: Apache-2.0
"""What was done against a promise, told by the world itself."""

from tests.simulator.timeline import Timeline


class Ledger:
    """Every act of nova-ha on the world, and every broken promise."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self.broken: list[str] = []
        self.acts: list[tuple[float, str, str]] = []

    def act(self, what: str, on: str) -> None:
        self.acts.append((self._timeline.monotonic(), what, on))

    def acts_of(self, what: str, on: str | None = None) -> list[float]:
        return [at for at, w, o in self.acts if w == what and on in (None, o)]

    def break_promise(self, number: int, how: str) -> None:
        at = self._timeline.now().time().isoformat('milliseconds')
        self.broken.append(f'promise {number} at {at}: {how}')

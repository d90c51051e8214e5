# SPDX-License-Identifier: Apache-2.0
"""Holds every act of nova-ha against the truth of the machines."""

from collections.abc import Callable
from collections.abc import Mapping
import datetime

from nova_ha.recovery.model import OffProof
from tests.simulator.hosts import SimHost
from tests.simulator.ledger import Ledger
from tests.simulator.records import Server
from tests.simulator.timeline import Timeline

REACTION = datetime.timedelta(seconds=6)
"""What is seen takes effect within this time at the latest: a request may
be under way."""

WATCH = datetime.timedelta(seconds=10)
"""[engine] power_watch_interval."""


class Court:
    """Knows what is on, what was off, and what runs where.

    :ivar gate_is_shut: whether a cluster keeps nova-compute off a host.
    """

    def __init__(
        self, hosts: Mapping[str, SimHost], timeline: Timeline, ledger: Ledger
    ) -> None:
        self._hosts = hosts
        self._timeline = timeline
        self._ledger = ledger
        self.gate_is_shut: Callable[[str], bool] = lambda _host: False

    def require_single(self, server: Server) -> None:
        """Two running copies destroy a disk."""
        hosts = [
            h.name for h in self._hosts.values() if server.uuid in h.guests
        ]
        if len(hosts) > 1:
            self._ledger.break_promise(
                1, f'{server.name} runs on {" and ".join(hosts)}'
            )

    def require_truth(self, act: str, host: str, proof: OffProof) -> None:
        """The host was off at some time since the incident began, nothing
        of before runs, and nobody has read that it is on since, unless its
        gate is shut; nova-compute has not been started there.
        """
        machine, now = self._hosts[host], self._timeline.now()
        if proof.host != host:
            self._ledger.break_promise(1, f'{act}: proof of {proof.host}')
        elif proof.method == 'confirmed':
            return
        elif not machine.was_off(proof.verified_at, _latest(proof)):
            self._ledger.break_promise(1, f'{act}: {host} was never off')
        elif (
            machine.started_at is not None
            and machine.started_at > proof.verified_at
            and machine.computing
            and now - machine.started_at > REACTION + WATCH
        ):
            self._ledger.break_promise(
                1, f'{act}: nova-compute was started on {host}'
            )
        elif (
            machine.seen_on is not None
            and not self.gate_is_shut(host)
            and machine.seen_on > proof.verified_at
            and now - machine.seen_on > REACTION
        ):
            self._ledger.break_promise(
                1, f'{act}: {host} was seen on at {machine.seen_on.time()}'
            )


def _latest(proof: OffProof) -> datetime.datetime:
    """Return when the host was off at the latest: Pacemaker's history knows
    whole seconds only, and rounds them down.
    """
    if proof.method == 'pacemaker':
        return proof.verified_at + datetime.timedelta(seconds=1)
    return proof.verified_at

# SPDX-License-Identifier: Apache-2.0
"""Does what the reconciler has found to be needed; looks again first.

What Pacemaker's history says of the past becomes an off-proof only when the
gate is shut and nova-compute does not run behind it; else the power has to
be read off.
"""

from collections.abc import Callable
import dataclasses
import datetime
import logging
from typing import Any
import uuid

from nova_ha.engine import off_proofs
from nova_ha.engine.gates import Gates
from nova_ha.engine.intake import Intake
from nova_ha.engine.journal import Journal
from nova_ha.engine.marks import found
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.world import World
from nova_ha.recovery import errors
from nova_ha.recovery import reconciling
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import FenceRecord
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.reconciling import Finding
from nova_ha.recovery.reconciling import Scene
from nova_ha.recovery.reconciling import What
from nova_ha.recovery.states import Event
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import PowerState

LOG = logging.getLogger(__name__)

ORIGIN = 'reconciler'
METHOD = 'pacemaker'


@dataclasses.dataclass(frozen=True, slots=True)
class _Proven:
    """An off-proof, and since when the gate has held.

    :ivar sealed_at: None where only the power was read.
    """

    proof: OffProof
    sealed_at: datetime.datetime | None


class Remedies:
    """One method for each thing that may have to be done."""

    def __init__(
        self,
        world: World,
        gates: Gates,
        intake: Intake,
        journal: Journal,
        settings: SettingsSource,
        wake: Callable[[str], None],
    ) -> None:
        self._world = world
        self._gates = gates
        self._intake = intake
        self._journal = journal
        self._settings = settings
        self._wake = wake

    def apply(self, host: Host, finding: Finding, scene: Scene) -> None:
        """Do what the finding calls for, if it still does.

        :raises RecoveryError: what a port raised; the next round finds the
            same again.
        """
        if finding.what is What.RECOVER:
            self._recover(host, finding, scene)
        elif finding.what is What.FENCE:
            self._fence(host, finding)
        elif finding.what is What.REBUILD:
            self._rebuild(host, finding, scene)
        elif finding.what is What.TAKE_BACK:
            self._take_back(host, finding, scene)
        elif finding.what is What.OPEN_GATE:
            self._open_gate(host)

    def _recover(self, host: Host, finding: Finding, scene: Scene) -> None:
        proven = self._prove(host, finding, scene)
        if proven is None:
            return
        fence = finding.fence
        assert fence is not None
        assert fence.at is not None
        record = FenceRecord(
            host.name, ORIGIN, finding.why, fence.at, proven.proof
        )
        recovery = self._intake.record(record, proven.sealed_at)
        self._wake(recovery.uuid)

    def _fence(self, host: Host, finding: Finding) -> None:
        self._gates.shut_soon(host)
        recovery = self._intake.fence_again(host.name, ORIGIN, finding.why)
        self._journal.alarm(recovery, f'{finding.why}; it is fenced again')

    def _rebuild(self, host: Host, finding: Finding, scene: Scene) -> None:
        proven = self._prove(host, finding, scene)
        mark = _mark(scene)
        if proven is None and mark is None:
            # Nova was never told: the incident ended before it began.
            self._open_gate(host)
        elif proven is None:
            self._gates.shut_soon(host)
            recovery = self._open(host, finding, mark, Event.FENCE_REQUESTED)
            why = f'{finding.why}; nothing proves it off: it is fenced again'
            self._journal.alarm(recovery, why)
        else:
            at = proven.proof.verified_at
            since = at if mark is None else min(at, mark.at)
            self._open(
                host,
                finding,
                mark,
                Event.FENCE_REQUESTED,
                Event.OFF_VERIFIED,
                fencing_since=since,
                off_proof=proven.proof,
                sealed_at=proven.sealed_at,
            )

    def _take_back(self, host: Host, finding: Finding, scene: Scene) -> None:
        service = scene.service
        assert service is not None
        self._open(
            host,
            finding,
            _mark(scene),
            Event.FOUND_EVACUATED,
            service_before=found(service),
            service_reported_at=service.updated_at,
        )

    def _open_gate(self, host: Host) -> None:
        if self._world.store.active(host.name) is None:
            self._gates.set(host, Gate.OPEN)

    def _open(
        self,
        host: Host,
        finding: Finding,
        mark: ServiceMark | None,
        *events: Event,
        **fields: Any,
    ) -> Recovery:
        """Open a recovery anew, as the one that nova shows the mark of."""
        now = self._world.clock.now()
        recovery = self._journal.open(
            host.name,
            ORIGIN,
            finding.why,
            now if mark is None else mark.at,
            events,
            **{
                'uuid': _uuid(mark),
                'fencing_since': now,
                'state_since': now,
                'updated_at': now,
            }
            | fields,
        )
        self._wake(recovery.uuid)
        return recovery

    # Proofs.

    def _prove(
        self, host: Host, finding: Finding, scene: Scene
    ) -> _Proven | None:
        """Return what proves that nothing of before runs; None: nothing."""
        if not finding.needs_off and finding.fence is not None:
            sealed_at = self._seal(host, finding.fence, scene)
            if sealed_at is not None:
                proof = _proof_of(host, finding.fence)
                return _Proven(proof, sealed_at)
        proof_by_power = self._read_off(host)
        if proof_by_power is None:
            self._put_back(host, scene)
            return None
        self._gates.shut_soon(host)
        return _Proven(proof_by_power, None)

    def _seal(
        self, host: Host, fence: NodeFence, scene: Scene
    ) -> datetime.datetime | None:
        """Shut the gate and see that nothing was started before it was.

        :returns: since when the gate holds; None if it may not.
        """
        assert scene.node is not None
        now = self._world.clock.now()
        try:
            self._gates.set(host, Gate.SHUT)
            view = self._gates.look()
        except errors.ClusterError as e:
            LOG.warning('The gate of %s: %s', host.node, e)
            return None
        node = view.nodes.get(host.node)
        if node is None or node.unclean or node.gate is not Gate.SHUT:
            return None
        if reconciling.newest_fence(view.fences, host.node) != fence:
            return None
        if node.online and (
            node.compute_active or scene.node.gate is not Gate.SHUT
        ):
            return None
        return max(now, fence.at) if fence.at is not None else None

    def _put_back(self, host: Host, scene: Scene) -> None:
        """Leave the gate as it was found: nothing has begun."""
        was = scene.node.gate if scene.node is not None else Gate.OPEN
        if was is not Gate.SHUT and self._gates.seen(host.name) is Gate.SHUT:
            self._gates.set(host, was)

    def _read_off(self, host: Host) -> OffProof | None:
        """Return a proof if the power reads off; None, told in the log."""
        now = self._world.clock.now()
        deadline = Deadline.after(
            self._settings().read_timeout, self._world.clock.monotonic
        )
        try:
            state = self._world.power.power_state(host, deadline)
        except errors.PowerError as e:
            LOG.warning('%s is not known to be off: %s', host.name, e)
            return None
        if state is not PowerState.OFF:
            LOG.warning(
                '%s is not known to be off: its power is %s',
                host.name,
                state.value,
            )
            return None
        return off_proofs.of_read(host, now, 'the reconciler')


def _proof_of(host: Host, fence: NodeFence) -> OffProof:
    assert fence.at is not None
    return OffProof(
        host=host.name,
        method=METHOD,
        witness=(
            f"Pacemaker's fencing history: {fence.action} by {fence.by} for "
            f'{fence.client} at {fence.at:%Y-%m-%d %H:%M:%S} UTC'
        ),
        verified_at=fence.at,
    )


def _mark(scene: Scene) -> ServiceMark | None:
    if scene.service is None or scene.mark_known:
        return None
    return ServiceMark.read(scene.service.disabled_reason)


def _uuid(mark: ServiceMark | None) -> str | None:
    """Return the mark's uuid; None where it is none we would have written."""
    if mark is None:
        return None
    try:
        return str(uuid.UUID(mark.recovery))
    except ValueError:
        return None

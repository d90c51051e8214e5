# SPDX-License-Identifier: Apache-2.0
"""The promises, as predicates over plain values.

Each is asked right before the act it guards. The numbers are those of the
promises in the contributor's architecture page.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery import errors
from nova_ha.recovery import states
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Migration
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceBefore
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState


def proves(proof: OffProof | None, recovery: Recovery) -> bool:
    """Whether this is an off-proof of this recovery's present incident."""
    return (
        proof is not None
        and proof.host == recovery.host
        and proof.verified_at >= recovery.fencing_since
    )


def sealed(recovery: Recovery) -> bool:
    """Whether the gate holds nova-compute off the host since the off-proof.

    The gate was seen shut first and the power read off then, so nothing can
    have been started in between, and nothing is while the gate stays shut.
    """
    proof, sealed_at = recovery.off_proof, recovery.sealed_at
    return (
        proof is not None
        and proves(proof, recovery)
        and sealed_at is not None
        and sealed_at >= proof.verified_at
    )


def require_off_proof(recovery: Recovery) -> OffProof:
    """Return the off-proof that force-down and evacuate need (promise 1).

    :raises UnsafeRequest: there is none, or it is of another incident.
    """
    proof = recovery.off_proof
    if proof is None or not proves(proof, recovery):
        raise errors.UnsafeRequest(
            f'no verified power-off of {recovery.host} in this incident: '
            'nova is not told and nothing is evacuated'
        )
    return proof


def seen_alive(
    service: ComputeService | None,
    node: ClusterNode | None,
    power: PowerState,
) -> str:
    """Say who sees that a host is alive (promise 1); '' when nobody does.

    A person's word is no off-proof against it. Nova goes on calling a dead
    nova-compute up for up to a minute (its service_down_time).

    :param service: None: nova knows none, or was not asked.
    :param node: likewise of Pacemaker.
    """
    if power is PowerState.ON:
        return 'its BMC says that it is powered on'
    if service is not None and service.up:
        at = service.updated_at
        when = f', it last reported at {at:%H:%M:%S} UTC' if at else ''
        return f'nova calls its nova-compute up{when}'
    if node is not None and node.online and not node.unclean:
        return f'Pacemaker sees its node {node.name} online'
    return ''


def live_record(
    records: Iterable[Migration], fenced: Collection[str] = ()
) -> Migration | None:
    """Return the record that nova may still be working on (promise 2).

    A record whose target has been fenced itself will never move again:
    that fence is the proof, so it does not count.
    """
    for record in records:
        if record.status not in states.MIGRATION_UNDER_WAY:
            continue
        if record.target is not None and record.target in fenced:
            continue
        return record
    return None


def may_evacuate(
    evacuation: Evacuation,
    records: Iterable[Migration],
    fenced: Collection[str] = (),
) -> bool:
    """Whether nova may be asked to evacuate the instance (promise 2).

    :param records: nova's evacuation records of this instance, read after
        the evacuation was last written.
    :param fenced: hosts that are fenced now.
    """
    return (
        evacuation.state is EvacuationState.PENDING
        and live_record(records, fenced) is None
    )


def blocks_return(records: Iterable[Migration]) -> Sequence[Migration]:
    """Return the records that forbid taking the host back (promise 3).

    :param records: every evacuation record with the host as its source.
    """
    return [r for r in records if r.status in states.MIGRATION_BLOCKS_RETURN]


@dataclasses.dataclass(frozen=True, slots=True)
class Undo:
    """What nova-ha set itself and may take back (promise 4)."""

    force_up: bool
    enable: bool


def undo(
    before: ServiceBefore, now: ComputeService, mark: ServiceMark
) -> Undo:
    """Return what may be undone when the host is taken back (promise 4).

    The disable is ours only while its reason is still our mark: whoever
    wrote another reason meanwhile wants the host disabled for that reason.
    """
    ours = mark.is_in(now.disabled_reason)
    return Undo(
        force_up=now.forced_down and not before.forced_down,
        enable=now.disabled and not before.disabled and ours,
    )


def may_answer_fenced(
    proof: OffProof | None, recovery: Recovery | None, spooled: bool
) -> bool:
    """Whether Pacemaker may be told that the host is fenced (promise 7).

    :param recovery: as the store has it after the proof was written.
    :param spooled: the spool holds proof and incident on disk.
    """
    if proof is None:
        return False
    return spooled or (recovery is not None and proves(proof, recovery))


def may_be_held(state: RecoveryState) -> bool:
    """Whether a guard may hold here; never before off (promise 9)."""
    return state in (RecoveryState.FORCING_DOWN, RecoveryState.EVACUATING)


def voids_proof(state: RecoveryState, gate_shut: bool) -> bool:
    """Whether power seen on voids the off-proof in this state.

    Once everything is accounted for, the host is expected back.

    :param gate_shut: the recovery is :func:`sealed`, and a fresh look at a
        quorate cluster shows the gate shut.
    """
    return state in states.NEEDS_OFF and not gate_shut

# SPDX-License-Identifier: Apache-2.0
"""What Pacemaker and nova say about a host, held against the store, pure.

Nothing here is believed for longer than a look: whoever acts on a finding
looks again first. A host of which Pacemaker does not know how its fencing
went is never touched.
"""

from collections.abc import Sequence
import dataclasses
import datetime
import enum

from nova_ha.recovery import states
from nova_ha.recovery.following import SKEW
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState

COMES_BACK_WITHIN = datetime.timedelta(seconds=120)
"""How long a host that is online again after a fence may take until its
nova-compute runs, before it counts as one that does not come back."""

BLIND = datetime.timedelta(minutes=10)
"""How old a fence may be that is acted on while nova cannot be asked whether
the host has served since."""


class What(enum.Enum):
    """What is to be done about a host."""

    RECOVER = 'recover'
    """It was fenced, and nobody recovers it."""

    FENCE = 'fence'
    """It was fenced and is back, but its nova-compute is not, and what has
    been started there since is not known: only another fence is safe."""

    REBUILD = 'rebuild'
    """The store has lost its recovery: open it again, with a proof."""

    TAKE_BACK = 'take_back'
    """The store has lost its recovery, and the host is on its way back."""

    OPEN_GATE = 'open_gate'
    """It has a gate that nobody needs."""

    SERVES = 'serves'
    """It was fenced and serves again: nothing is needed."""

    UNCLEAR = 'unclear'
    """It was fenced, may have served since, and is away now: it may be away
    on purpose. People are told."""


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """All that is known about one host.

    :ivar node: None if Pacemaker does not know it.
    :ivar fence: see :func:`newest_fence`.
    :ivar newest: its newest recovery, active or not; None: it has none.
    :ivar service: nova's record; None: nova was not asked, or is away.
    :ivar mark_known: the store has the recovery whose mark nova shows.
    :ivar settled: the fence is one that was found to need nothing.
    """

    host: str
    now: datetime.datetime
    node: ClusterNode | None
    fence: NodeFence | None
    newest: Recovery | None
    service: ComputeService | None
    mark_known: bool = False
    settled: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What is to be done, and why.

    :ivar fence: the fence that is the proof, where there is one.
    :ivar needs_off: the history alone does not prove enough: the power has
        to be read off, too.
    """

    what: What
    host: str
    why: str
    fence: NodeFence | None = None
    needs_off: bool = False


def newest_fence(fences: Sequence[NodeFence], node: str) -> NodeFence | None:
    """Return the node's line in the history that says most of its power.

    One under way, for nothing is known until it is over; else the last that
    succeeded, whatever failed after it: a person's ``stonith_admin
    --confirm`` mostly falls into an attempt that fails a while later. That
    the node was not lost again since is seen by its not being unclean.

    :param fences: oldest first, what is under way last.
    """
    off = [f for f in fences if f.node == node and f.action != 'on']
    if off and off[-1].succeeded is None:
        return off[-1]
    over_well = [f for f in off if is_over_well(f)]
    return next(reversed(over_well or off), None)


def is_over_well(fence: NodeFence | None) -> bool:
    """Whether the fence came to its end and the node was off then."""
    return fence is not None and bool(fence.succeeded) and fence.at is not None


def knows(recovery: Recovery | None, fence: NodeFence) -> bool:
    """Whether the fence is of an incident the recovery is about, or older.

    Pacemaker writes a fence down when all its devices are done, a while
    after our own proof.
    """
    assert fence.at is not None
    if recovery is None:
        return False
    if recovery.state in states.KNOWN_OFF:
        return True
    if recovery.state is RecoveryState.CANCELLED:
        return fence.at <= max(recovery.state_since, _last_known(recovery))
    if recovery.off_proof is None and recovery.state not in states.FINAL:
        return fence.at < recovery.fencing_since
    return fence.at <= _last_known(recovery)


def _last_known(recovery: Recovery) -> datetime.datetime:
    known = recovery.fencing_since
    if recovery.off_proof is not None:
        known = max(known, recovery.off_proof.verified_at)
    return known + SKEW


def judge(scene: Scene) -> Finding | None:
    """Return what is to be done about the host; None: nothing, or not yet.

    A host of which a power-off waits in the spool is not for here.
    """
    if scene.node is not None and scene.node.unclean:
        return None
    return (
        _lost_with_a_mark(scene)
        or _fenced(scene)
        or _lost_with_a_gate(scene)
        or _gate_left(scene)
    )


# Fenced by whoever, and nobody recovers it.


def _fenced(scene: Scene) -> Finding | None:
    fence = scene.fence
    if scene.node is None or fence is None or not is_over_well(fence):
        return None
    if scene.settled or knows(scene.newest, fence):
        return None
    if _is_active(scene.newest):
        return _waited_for(scene, scene.node)
    if scene.node.online:
        return _back_again(scene, scene.node)
    return _away(scene)


def _waited_for(scene: Scene, node: ClusterNode) -> Finding | None:
    """The host has a recovery that waits for off, or was coming back."""
    if _may_run(node):
        return None
    return _recover(scene)


def _back_again(scene: Scene, node: ClusterNode) -> Finding | None:
    if node.compute_active:
        if node.gate is not Gate.SHUT and _serves(scene):
            return _finding(scene, What.SERVES, 'it serves again')
        return None
    if scene.service is None or _reported_since(scene, datetime.timedelta()):
        return None
    if node.gate is Gate.SHUT:
        return _recover(scene)
    fence = scene.fence
    assert fence is not None
    assert fence.at is not None
    if scene.now - fence.at < COMES_BACK_WITHIN:
        return None
    return _finding(
        scene, What.FENCE, 'it is back, but its nova-compute does not run'
    )


def _away(scene: Scene) -> Finding | None:
    fence = scene.fence
    assert fence is not None
    assert fence.at is not None
    if scene.service is None:
        if scene.now - fence.at > BLIND:
            return None
        return dataclasses.replace(_recover(scene), needs_off=True)
    if not _reported_since(scene, datetime.timedelta()):
        return _recover(scene)
    if not _reported_since(scene, SKEW):
        return dataclasses.replace(_recover(scene), needs_off=True)
    if scene.service.up:
        return None  # it has just been there
    return _finding(
        scene,
        What.UNCLEAR,
        'its record in nova has changed since: it may have served again and '
        f'be away on purpose. If not: nova-ha-manage fence {scene.host}',
    )


def _recover(scene: Scene) -> Finding:
    return _finding(scene, What.RECOVER, 'nobody recovers it')


def _finding(scene: Scene, what: What, why: str) -> Finding:
    fence = scene.fence
    assert fence is not None
    said = (
        f'{scene.host} was fenced at {fence.at:%Y-%m-%d %H:%M:%S} UTC '
        f'({fence.action} by {fence.by} for {fence.client}): {why}'
    )
    return Finding(what, scene.host, said, fence)


# The store has lost a recovery.


def _lost_with_a_mark(scene: Scene) -> Finding | None:
    """Nova shows whose doing it is that the host is down."""
    if _is_active(scene.newest) or scene.service is None:
        return None
    mark = ServiceMark.read(scene.service.disabled_reason)
    if mark is None or scene.mark_known or not scene.service.forced_down:
        return None
    why = (
        f'nova shows the mark of recovery {mark.recovery} of {scene.host}, '
        'which the store has lost'
    )
    if _is_let_in(scene.node):
        return Finding(What.TAKE_BACK, scene.host, f'{why}; it is on its way')
    proof = _proof_of(scene, mark)
    return Finding(What.REBUILD, scene.host, why, proof)


def _lost_with_a_gate(scene: Scene) -> Finding | None:
    """Nova has not been told: the incident had only begun."""
    node = scene.node
    if node is None or node.gate is Gate.OPEN:
        return None
    if scene.newest is not None or scene.service is None:
        return None
    if node.compute_active and _is_open_question(scene):
        return None  # Pacemaker is finding out what runs there
    why = f'{scene.host} has a gate and the store knows of no recovery'
    fence = _proof_of(scene, None)
    if node.online and fence is None:
        return Finding(What.OPEN_GATE, scene.host, f'{why}; it is online')
    return Finding(
        What.REBUILD, scene.host, why, fence, needs_off=fence is None
    )


def _proof_of(scene: Scene, mark: ServiceMark | None) -> NodeFence | None:
    """Return the fence that proves the lost incident's off, if any does."""
    fence, node = scene.fence, scene.node
    if fence is None or fence.at is None or not is_over_well(fence):
        return None
    if node is None or _may_run(node):
        return None
    if mark is not None and fence.at < mark.at - SKEW:
        return None
    # A mark has been put there by ourselves, right after the fence.
    allowance = datetime.timedelta() if mark is None else SKEW
    return None if _reported_since(scene, allowance) else fence


# A gate is left.


def _gate_left(scene: Scene) -> Finding | None:
    node, newest = scene.node, scene.newest
    if node is None or node.gate is Gate.OPEN or scene.service is None:
        return None
    if newest is None or _is_active(newest):
        return None
    mark = ServiceMark.recovery_of(scene.service.disabled_reason)
    if mark is not None and not scene.mark_known:
        return None
    return Finding(
        What.OPEN_GATE,
        scene.host,
        f'the recovery of {scene.host} has ended ({newest.state.value}) and '
        'its gate is left',
    )


# Words.


def _is_active(recovery: Recovery | None) -> bool:
    return recovery is not None and recovery.state not in states.FINAL


def _may_run(node: ClusterNode) -> bool:
    """Whether nova-compute may have been started there since the fence.

    Pacemaker starts nothing on a node that is not online. On one that is,
    only a shut gate says that it has not.
    """
    return node.online and (node.compute_active or node.gate is not Gate.SHUT)


def _is_let_in(node: ClusterNode | None) -> bool:
    return node is not None and node.online and node.gate is not Gate.SHUT


def _is_open_question(scene: Scene) -> bool:
    """Whether what became of the host after its fence is not known yet."""
    return (
        is_over_well(scene.fence) and not scene.settled and not _serves(scene)
    )


def _serves(scene: Scene) -> bool:
    """Whether nova calls the host up by what it has heard since the fence."""
    return (
        scene.service is not None
        and scene.service.up
        and is_over_well(scene.fence)
        and _reported_since(scene, datetime.timedelta())
    )


def _reported_since(scene: Scene, allowance: datetime.timedelta) -> bool:
    """Whether nova's record has changed since the fence.

    nova-compute's reports change it, but also anybody's PUT.
    """
    assert scene.service is not None
    assert scene.fence is not None
    assert scene.fence.at is not None
    changed = scene.service.updated_at
    return changed is not None and changed > scene.fence.at + allowance

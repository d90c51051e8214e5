# SPDX-License-Identifier: Apache-2.0
"""Is a host protected, and if not why; pure.

Protected means: were it to fail now, that would be noticed, it would be
powered off, and its instances would be started elsewhere. Each reason why not
is a sentence that says what to do. Some sentences are no such reason but what
a person should know.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses

from nova_ha.recovery import flapping
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ComputeService
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one host.

    :ivar name: nova's, or Pacemaker's where nova and the hosts file know
        none.
    :ivar host: as the hosts file has it; None: it does not.
    :ivar service: nova's record; None where nova shows none or is away.
    :ivar nova_away: why nova could not be asked; '' when it was.
    :ivar has_cluster: nova-ha is to look at Pacemaker.
    :ivar node: as Pacemaker sees it; None where it knows none or is away.
    :ivar cluster_away: why Pacemaker could not be seen; '' when it was.
    :ivar fence: the node's last line in the fencing history that took its
        power, or did not.
    :ivar recovery: the active one.
    :ivar store_away: why that is not known; '' when it is.
    :ivar loan: the host is a spare, and on loan.
    """

    name: str
    host: Host | None = None
    service: ComputeService | None = None
    nova_away: str = ''
    has_cluster: bool = True
    node: ClusterNode | None = None
    cluster_away: str = ''
    fence: NodeFence | None = None
    recovery: Recovery | None = None
    store_away: str = ''
    loan: Loan | None = None
    standing: Standing = ARMED


@dataclasses.dataclass(frozen=True, slots=True)
class Protection:
    """The answer.

    :ivar why: the reasons why not, then what else there is to know.
    """

    protected: bool
    why: tuple[str, ...]


def judge(facts: Facts) -> Protection:
    """Return whether the host is protected."""
    reasons = [text for reason in _REASONS for text in reason(facts)]
    remarks = [text for remark in _REMARKS for text in remark(facts)]
    return Protection(not reasons, (*reasons, *remarks))


def last_fence(fences: Sequence[NodeFence], node: str) -> NodeFence | None:
    """Return the node's last line in the history that is about its power.

    One under way says nothing yet.

    :param fences: oldest first.
    """
    over = [
        fence
        for fence in fences
        if fence.node == node
        and fence.action != 'on'
        and fence.succeeded is not None
    ]
    return over[-1] if over else None


# What leaves a host without protection.


def _unnamed(facts: Facts) -> Iterator[str]:
    if facts.host is None:
        yield (
            'The hosts file does not name it, so nothing can power it off: '
            'add it there with its BMC, and reload nova-ha-fencer on every '
            'controller.'
        )
    elif not facts.host.devices:
        yield (
            'The hosts file names no power device for it, so nothing can '
            'power it off: give it a driver there, and reload '
            'nova-ha-fencer on every controller.'
        )


def _mode(facts: Facts) -> Iterator[str]:
    mode = facts.standing.mode
    if mode is Mode.OBSERVE:
        yield (
            f'The mode is {facts.standing}: nova-ha powers nothing off and '
            'evacuates nothing; set the mode to armed.'
        )
    elif mode is Mode.PAUSED:
        yield (
            f'The mode is {facts.standing}: it would be powered off, but its '
            'instances would not be evacuated; set the mode to armed.'
        )


def _nova(facts: Facts) -> Iterator[str]:
    service = facts.service
    if facts.nova_away:
        yield (
            f'Nova could not be asked about it: {facts.nova_away}. Without '
            'nova nothing is evacuated.'
        )
    elif service is None:
        yield (
            'Nova shows no nova-compute on it: start it there, or correct '
            'its name in the hosts file ("openstack compute service list" '
            'shows those nova has). Where the database of its cell is down, '
            'nova shows it again when that is back.'
        )
    elif facts.recovery is not None:
        return
    elif service.forced_down:
        yield _forced_down(service)
    elif not service.up:
        yield (
            'Nova calls its nova-compute down, and nobody recovers it: look '
            'at nova-compute there. If the host is dead and Pacemaker does '
            'not fence it, create a recovery by hand.'
        )


def _forced_down(service: ComputeService) -> str:
    mark = ServiceMark.recovery_of(service.disabled_reason)
    if mark is not None:
        return (
            f'It is forced down since recovery {mark}, which has ended: if '
            'the host is well, enable it and take the mark back ("openstack '
            'compute service set --enable --up").'
        )
    return (
        'It is forced down, and not by nova-ha, which leaves that as it is: '
        'when the host is well, take the mark back ("openstack compute '
        'service set --up").'
    )


def _cluster(facts: Facts) -> Iterator[str]:
    if not facts.has_cluster or facts.host is None:
        return
    if facts.cluster_away:
        yield (
            f'Pacemaker could not be seen: {facts.cluster_away}. Whether '
            'anybody would notice its failure is not known.'
        )
    elif facts.node is None:
        yield (
            f'Pacemaker knows no node {facts.host.node}, so nobody notices '
            'when it fails: add it to the cluster, or correct "node" in the '
            'hosts file (crm_mon shows the names Pacemaker has).'
        )
    elif facts.recovery is None:
        yield from _node(facts.node)


def _node(node: ClusterNode) -> Iterator[str]:
    if node.unclean:
        yield (
            f'Pacemaker has lost {node.name} and has not fenced it yet: see '
            'crm_mon for what its fencing waits for.'
        )
    elif not node.online:
        yield (
            f'Pacemaker does not see {node.name} (offline): power the host '
            'on and start pacemaker_remote there.'
        )
    if node.gate is Gate.SHUT:
        yield (
            'Its gate is shut though it has no recovery, which keeps '
            'nova-compute from starting there: nova-ha opens it by itself '
            'within [cluster] reconcile_interval; if it does not, see the '
            'log of nova-ha-fencer.'
        )


def _fencing(facts: Facts) -> Iterator[str]:
    fence = facts.fence
    if fence is None or fence.succeeded is not False:
        return
    at = f' at {fence.at:%Y-%m-%d %H:%M:%S} UTC' if fence.at else ''
    yield (
        f'Its last fencing by Pacemaker failed ({fence.action}{at}), and the '
        f'next may too: check its BMC ("openstack ha host check '
        f'{facts.name}"), then clear the history ("stonith_admin --cleanup '
        f'--history {fence.node}").'
    )


def _recovery(facts: Facts) -> Iterator[str]:
    recovery = facts.recovery
    if recovery is None:
        return
    if recovery.message.startswith(flapping.FLAPPING):
        yield (
            f'It is kept out for {recovery.message}; when it is repaired, '
            f'let it in ("openstack ha recovery let return {recovery.uuid}").'
        )
        return
    said = f' ({recovery.message})' if recovery.message else ''
    what = _STATES[recovery.state].format(uuid=recovery.uuid)
    yield (
        f'Its recovery {recovery.uuid} is {recovery.state.value}{said}: {what}'
    )


_STATES = {
    RecoveryState.REQUESTED: 'it begins in a moment.',
    RecoveryState.FENCING: 'it is being powered off.',
    RecoveryState.FENCE_FAILED: 'its power-off could not be verified, so '
    'nothing is evacuated; mend its BMC and retry, or see for yourself that '
    'it is off ("openstack ha recovery retry {uuid}", "... confirm off '
    '{uuid}").',
    RecoveryState.FORCING_DOWN: 'nova is being told that it is down.',
    RecoveryState.HELD: 'a guard holds its evacuations back; overrule it if '
    'the failure is real ("openstack ha recovery release {uuid}").',
    RecoveryState.EVACUATING: 'its instances are being started elsewhere.',
    RecoveryState.EVACUATION_FAILED: 'instances stayed behind; see why, and '
    'retry ("openstack ha evacuation list {uuid}", "openstack ha recovery '
    'retry {uuid}").',
    RecoveryState.EVACUATED: 'its instances run elsewhere; repair it and '
    'power it on.',
    RecoveryState.RETURNING: 'it is being taken back.',
    RecoveryState.COMPLETED: 'it is over.',
    RecoveryState.CANCELLED: 'it is over.',
}


_REASONS: Sequence[Callable[[Facts], Iterator[str]]] = (
    _unnamed,
    _mode,
    _recovery,
    _nova,
    _cluster,
    _fencing,
)


# What a person should know of one that is protected all the same.


def _disabled(facts: Facts) -> Iterator[str]:
    service = facts.service
    if service is None or not service.disabled or facts.recovery is not None:
        return
    if service.forced_down or (facts.host and facts.host.reserved):
        return
    because = service.disabled_reason or 'no reason given'
    yield (
        f'It is disabled ({because}): what runs there is recovered as ever, '
        'and nova places nothing new on it until it is enabled ("openstack '
        'compute service set --enable").'
    )


def _spare(facts: Facts) -> Iterator[str]:
    if facts.host is None or not facts.host.reserved:
        return
    if facts.loan is not None:
        yield (
            f'It is a reserved spare, and stands in for {facts.loan.host} '
            f'({facts.loan.state.value}).'
        )
        return
    yield (
        'It is a reserved spare: it is kept empty and stands in for a host '
        'that fails.'
    )


def _unwatched(facts: Facts) -> Iterator[str]:
    if not facts.has_cluster:
        yield (
            'Pacemaker is not looked at ([cluster] enabled): whether anybody '
            'would notice its failure is not known here.'
        )


def _unread(facts: Facts) -> Iterator[str]:
    if facts.store_away:
        yield (
            f'Whether it has a recovery is not known: {facts.store_away}. A '
            'power-off is possible all the same, and goes to the spool.'
        )


_REMARKS: Sequence[Callable[[Facts], Iterator[str]]] = (
    _disabled,
    _spare,
    _unwatched,
    _unread,
)

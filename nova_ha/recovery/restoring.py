# SPDX-License-Identifier: Apache-2.0
"""Putting a snapshot back: what the server itself says about it, pure.

Nova writes the image of a rebuild into the server in the moment it takes the
request (nova 34), and its former image back if the scheduler refuses. So the
server's image tells whether a request was taken, whoever was killed
meanwhile; its task state tells whether nova is at work, and its vm_state how
that ended. A second request while nova is at work is refused (409); one that
comes after the end would destroy what the guest has written since.
"""

import dataclasses
import datetime
import enum

from nova_ha.recovery import eligibility
from nova_ha.recovery.model import Evacuation
from nova_ha.recovery.model import Instance
from nova_ha.recovery.states import DiskPolicy

HEALTHY = frozenset({'active', 'stopped', 'paused', 'suspended', 'rescued'})


class Act(enum.Enum):
    """What is to be done next."""

    WAIT = 'wait'
    """Nova is at work, or may have a request that it has not begun with."""

    ASK = 'ask'
    """Send a rebuild request: nothing of worth is destroyed by it."""

    STOP = 'stop'
    """It is well, but runs and had been stopped."""

    RESTORED = 'restored'
    """It runs (or rests) from the snapshot."""

    MOVED = 'moved'
    """It is on another host by now: somebody else sees to it."""

    FAIL = 'fail'
    """It will not be put back any more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done, and why, in words for people.

    :ivar image: what to ask for (``ASK``).
    :ivar restores: how many requests that makes.
    """

    act: Act
    why: str = ''
    image: str | None = None
    restores: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """:ivar attempts: requests for the snapshot; one for the image follows.
    :ivar settle: seconds after which a request nova shows nothing of is
        taken not to have arrived.
    :ivar timeout: seconds that nova may be at work on one.
    """

    attempts: int
    settle: float
    timeout: float


def is_to_be_restored(row: Evacuation, server: Instance) -> bool:
    """Whether its snapshot is to be put back, now that it is elsewhere.

    One that had come from that very snapshot was evacuated from it.
    """
    return (
        row.disk is DiskPolicy.SNAPSHOT
        and row.snapshot is not None
        and server.image != row.snapshot
    )


def fell_back(row: Evacuation, limits: Limits) -> bool:
    """Whether the last request was for its image, not for the snapshot."""
    return row.restores > limits.attempts


def wanted(row: Evacuation, limits: Limits) -> str | None:
    """Return the image of the last request; the snapshot before any."""
    return row.image if fell_back(row, limits) else row.snapshot


def next_wanted(row: Evacuation, limits: Limits) -> str | None:
    """Return the image to ask for next; None when all was tried."""
    if row.restores < limits.attempts:
        return row.snapshot
    if row.restores == limits.attempts and row.image != row.snapshot:
        return row.image
    return None


def judge(
    row: Evacuation,
    server: Instance,
    limits: Limits,
    unseen: float,
    now: datetime.datetime,
    refused: str = '',
) -> Verdict:
    """Return what is to be done about a row that is being restored.

    :param server: as it is now.
    :param unseen: seconds for which nova has answered and shown nothing of
        the last request.
    :param refused: nova's words if it refused the last request.
    """
    if server.host != row.target:
        return Verdict(
            Act.MOVED, f'it is on {server.host} and not on {row.target} now'
        )
    if server.task_state is not None:
        return _at_work(row, server, limits, now)
    if server.image == wanted(row, limits):
        return _ended(row, server, limits)
    if refused:
        return _ask(row, server, limits, refused)
    return _not_taken(row, server, limits, unseen)


def _not_taken(
    row: Evacuation, server: Instance, limits: Limits, unseen: float
) -> Verdict:
    """Nova does nothing, and the image is not the one asked for."""
    if server.image not in (row.image, row.snapshot):
        return Verdict(
            Act.FAIL, f'somebody has rebuilt it from image {server.image}'
        )
    if row.restores and unseen < limits.settle:
        return Verdict(Act.WAIT)
    if row.restores and server.vm_state in HEALTHY:
        # One that was taken and failed leaves it in error: this one was not.
        return Verdict(
            Act.ASK,
            'nova shows nothing of the request; asking again',
            wanted(row, limits),
            row.restores,
        )
    return _ask(row, server, limits, 'nova has given it up')


def may_send(row: Evacuation, server: Instance, image: str) -> bool:
    """Whether a request written down may still be sent, by a fresh look.

    Its sender may have been held up while another controller went on.
    """
    return (
        server.host == row.target
        and server.task_state is None
        and (server.image != image or server.vm_state == 'error')
    )


def outcome(row: Evacuation, server: Instance, why: str) -> str:
    """Say what is there when a snapshot was not put back."""
    snapshot = f'snapshot {row.snapshot} was not put back: {why}'
    if server.image == row.image and server.vm_state in HEALTHY:
        return (
            f'is {server.vm_state} on {server.host} from its image '
            f'{row.image}, without what it had written; {snapshot}'
        )
    return (
        f'is {server.vm_state} on {server.host} with image {server.image}; '
        f'{snapshot}'
    )


def is_due_to_be_stopped(row: Evacuation, server: Instance) -> bool:
    """Whether it runs though it had been stopped."""
    expected = eligibility.expected_vm_state(row.vm_state)
    return expected == 'stopped' and server.vm_state == 'active'


def _at_work(
    row: Evacuation,
    server: Instance,
    limits: Limits,
    now: datetime.datetime,
) -> Verdict:
    since = row.restore_asked_at
    if since is None or (now - since).total_seconds() < limits.timeout:
        return Verdict(Act.WAIT)
    return Verdict(
        Act.FAIL,
        f'nova has not ended with it in {limits.timeout:.0f} s (task state '
        f'{server.task_state})',
    )


def _ended(row: Evacuation, server: Instance, limits: Limits) -> Verdict:
    if server.vm_state not in HEALTHY:
        why = server.fault or f'it ended in vm_state {server.vm_state}'
        return _ask(row, server, limits, why)
    if fell_back(row, limits):
        return Verdict(Act.FAIL, f'nova failed {limits.attempts} times')
    if is_due_to_be_stopped(row, server):
        return Verdict(Act.STOP)
    return Verdict(Act.RESTORED)


def _ask(
    row: Evacuation, server: Instance, limits: Limits, why: str
) -> Verdict:
    """Ask for what comes next, if anything does."""
    image = next_wanted(row, limits)
    untouched = server.image == row.image and server.vm_state in HEALTHY
    if image is None or (image == row.image and untouched):
        return Verdict(Act.FAIL, why)
    return Verdict(Act.ASK, why, image, row.restores + 1)

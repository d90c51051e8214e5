# SPDX-License-Identifier: Apache-2.0
"""What the API needs of the engine; the daemon provides it.

Only errors of :mod:`nova_ha.recovery.errors` come through.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any
from typing import Protocol

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.device_check import HostCheck
from nova_ha.recovery.explaining import Explained
from nova_ha.recovery.host_report import HostReport
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import Recovery
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.spare_list import SpareRow
from nova_ha.recovery.spares import Loan
from nova_ha.recovery.states import OffBy
from nova_ha.recovery.states import PowerState
from nova_ha.recovery.states import RecoveryState


class FenceTimeout(errors.PowerError, errors.Retriable):
    """The deadline passed before off was verified and recorded."""


@dataclasses.dataclass(frozen=True, slots=True)
class FenceAnswer:
    """The host is off, and that is on record.

    :ivar recovery: uuid; None when only the spool knows of it yet.
    :ivar state: of that recovery; None likewise.
    :ivar spooled: the store was away, the record waits on disk.
    :ivar mode: in force; what comes after the power-off depends on it.
    """

    recovery: str | None
    state: RecoveryState | None
    proof: OffProof
    spooled: bool
    mode: Mode = Mode.ARMED


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """Whether this daemon can fence.

    :ivar problems: what keeps it from fencing; empty when nothing does.
    :ivar notes: what is not as it should be, but no reason to call the
        fencing device broken.
    """

    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


class Insight(Protocol):
    """What people want to know of the cloud; nothing is changed.

    A nova, glance or Pacemaker that does not answer is waited for as long as
    a person waits.
    """

    def hosts(self) -> Sequence[HostReport]:
        """Return every host, side by side; who is away is told as away."""

    def host(self, name: str) -> HostReport:
        """Return one, with the number of its instances.

        :param name: nova's or Pacemaker's.
        :raises UnknownHost: nobody knows it.
        """

    def check(self, name: str) -> HostCheck:
        """Try login, privilege and power state of a host's power devices.

        :raises UnknownHost: the hosts file does not name it.
        """

    def explain_host(self, name: str) -> Sequence[Explained]:
        """Say what would become of the instances if their host failed now.

        :param name: nova's or Pacemaker's.
        :raises ComputeNotFound: nova knows no such host.
        :raises ComputeError: nova could not be asked.
        """

    def explain_server(self, server: str) -> Explained:
        """Say what would become of one instance.

        :param server: its uuid or its name.
        :raises ComputeNotFound: nova has none of these.
        :raises ComputeAmbiguous: nova has several of this name.
        :raises ComputeError: nova could not be asked.
        """

    def capacity(self, upto: int) -> Mapping[str, Any]:
        """Say how many hosts may fail, up to so many together.

        :raises ComputeError: nova could not be asked.
        :raises PlacementError: Placement could not be asked.
        """

    def snapshots(self) -> Sequence[Mapping[str, Any]]:
        """Return the instances with local disks, and what could be put back.

        :raises ComputeError: nova could not be asked.
        :raises ImageError: glance could not be asked.
        """

    def spares(self) -> Sequence[SpareRow]:
        """Return the reserved hosts, and which of them are on loan.

        :raises StoreUnavailable: that is not known.
        """


class Fencing(Protocol):
    """The engine, as seen through the socket.

    :param who: the user who asks, for the record.
    """

    @property
    def archive(self) -> ports.Archive:
        """What is on record, page by page."""

    @property
    def insight(self) -> Insight:
        """What people want to know beside that."""

    def create(self, host: str, off: OffBy, who: str, reason: str) -> Recovery:
        """Begin to recover a host; return once that is on record.

        :param host: nova's or Pacemaker's name.
        :param off: its drivers power it off, or a person says it is off.
        :raises UnknownHost: the hosts file does not name it.
        :raises ObserveOnly: the mode is observe.
        :raises ActiveRecoveryExists: it is being recovered already.
        :raises HostAlive: it is said to be off, and is alive.
        :raises StoreUnavailable: it could not be written down.
        """

    def fence(
        self,
        host: str,
        origin: str,
        reason: str,
        deadline: Deadline,
        power_on: bool = False,
    ) -> FenceAnswer:
        """Wait until off is verified and recorded.

        Verified anew, however often it is asked.

        :param host: nova's or Pacemaker's name.
        :param power_on: the host shall be powered on again when its
            recovery is done with it (reboot).
        :raises UnknownHost: the hosts file does not name it.
        :raises ObserveOnly: the mode is observe; nothing was done.
        :raises PowerError: off was not verified.
        :raises StoreError: off could not be recorded.
        """

    def status(self, host: str) -> PowerState:
        """Read the power state afresh.

        :raises UnknownHost: the hosts file does not name it.
        :raises PowerError: it could not be read.
        """

    def hosts(self) -> Sequence[Host]:
        """Return every host that can be fenced."""

    def health(self) -> Health:
        """Return whether this daemon can fence, without asking far."""

    def unready(self) -> Sequence[str]:
        """Return why this daemon cannot do its work; empty when it can.

        Not the same as not being able to fence: that it can without a store
        as well.
        """

    def hint(self, about: Mapping[str, object]) -> None:
        """Look sooner: Pacemaker says that something has happened.

        Returns at once and never raises; nothing is done on the hint's
        word.

        :param about: Pacemaker's words; ``node`` or ``rsc`` may name a host
            (a remote node's connection is a resource of its name).
        """

    def retry(self, uuid: str, who: str) -> Recovery:
        """Try again what has failed.

        :raises IllegalTransition: nothing is to be tried again.
        :raises UnsafeRequest: a promise forbids it.
        """

    def confirm_off(self, uuid: str, who: str) -> Recovery:
        """Take a person's word that the host is off.

        :raises IllegalTransition: that is not what the recovery waits for.
        """

    def release(self, uuid: str, who: str) -> Recovery:
        """Overrule the guard that holds the evacuations back.

        :raises IllegalTransition: none does.
        """

    def let_return(self, uuid: str, who: str) -> Recovery:
        """Let a host in that is kept out because it fails again and again.

        :raises IllegalTransition: its recovery does not wait for it.
        """

    def mode(self) -> Standing:
        """Return the mode in force here, without asking far."""

    def set_mode(self, mode: Mode, who: str, reason: str) -> Standing:
        """Set the mode for all controllers.

        :raises StoreUnavailable: it was not set.
        """

    def cancel(self, uuid: str, who: str) -> Recovery:
        """End the recovery; what nova was told stays told.

        :raises IllegalTransition: it is at work or over.
        """

    def power_on(self, host: str, who: str) -> None:
        """Have the host powered on: now, or when its recovery allows.

        :raises UnknownHost: the hosts file does not name it.
        :raises PowerError: it has no recovery and could not be powered on.
        :raises StoreUnavailable: whether it has one cannot be known.
        """

    def give_back(self, spare: str, who: str) -> Loan:
        """Disable a spare that is on loan, and take it out when empty.

        :raises UnknownLoan: it is not on loan.
        """

    def keep(self, spare: str, who: str) -> Loan:
        """End a loan and leave the spare as it is.

        :raises UnknownLoan: it is not on loan.
        """

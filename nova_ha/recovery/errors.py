# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as a tree.

::

    RecoveryError
    ├── IllegalTransition      the table does not know this move
    ├── UnsafeRequest          a promise of safety.py would be broken
    ├── ObserveOnly            the mode is observe: nothing is done
    ├── UnknownHost            the hosts file does not name it
    ├── HostAlive              a word that it is off is not taken
    ├── UnknownRecovery        no such recovery in the store
    ├── PowerError             off (or on) could not be brought about
    │   ├── PowerUnreachable   R  no answer from the BMC
    │   ├── PowerAuthError        user, password or privilege refused
    │   ├── PowerDeviceError   R  the BMC answered with an error or garbage
    │   ├── PowerStuck         R  accepted, but the host stays as it was
    │   └── PowerUnsupported      this driver cannot do that
    ├── ComputeError           nova
    │   ├── ComputeUnavailable R  no answer, 5xx, 429, time-out, token
    │   ├── ComputeRefused        nova said no, with its own words
    │   │   └── ComputeForbidden  ... for lack of rights
    │   ├── ComputeNotFound       no such service or instance
    │   ├── ComputeAmbiguous      several instances of that name
    │   └── ComputeTooOld         the cloud lacks a needed microversion
    ├── ImageError             glance
    │   ├── ImageUnavailable   R  no answer, 5xx, 429, time-out, token
    │   ├── ImageForbidden        glance or keystone says no (401, 403)
    │   └── ImageNotFound         no such image, or hidden from us
    ├── PlacementError         Placement said no, or is not to be found
    │   └── PlacementUnavailable R  no answer, 5xx, 429, time-out
    ├── ClusterError           Pacemaker says no
    │   └── ClusterUnavailable R  no answer from Pacemaker on this machine
    └── StoreError
        ├── StoreUnavailable   R  the database does not answer or write
        ├── StaleRecovery         somebody else moved it meanwhile
        ├── NotOwner              another controller holds the lease
        ├── ActiveRecoveryExists  the host has one already
        ├── UnknownLoan           the spare is not on loan
        ├── SpareTaken            the spare is on loan already
        ├── UnknownRehearsal      no such rehearsal in the store
        └── UnknownMarker         a page cannot begin behind what is not there

R: :class:`Retriable`, the same call may succeed later.
"""

from collections.abc import Iterable


class Retriable(Exception):
    """Mixed into errors that another try may cure."""


class RecoveryError(Exception):
    """Base of all errors that cross a port."""


class IllegalTransition(RecoveryError):
    """The table of transitions does not know this move.

    :param possible: the states in which it could happen, if they are known.
    """

    def __init__(
        self, state: str, event: str, possible: Iterable[str] = ()
    ) -> None:
        only = ', '.join(possible)
        super().__init__(
            f'{event} cannot happen in state {state}'
            + (f', only in {only}' if only else '')
        )
        self.state = state
        self.event = event


class UnsafeRequest(RecoveryError):
    """A safety predicate says no; the text names the promise."""


class ObserveOnly(RecoveryError):
    """The operator wants nova-ha to observe only; nothing was done."""


class UnknownHost(RecoveryError):
    """The hosts file does not name this host."""


class HostAlive(RecoveryError):
    """A person says that the host is off, and somebody sees it alive."""


class UnknownRecovery(RecoveryError):
    """The store has no such recovery."""


class PowerError(RecoveryError):
    """The power state wanted was not brought about and verified."""


class PowerUnreachable(PowerError, Retriable):
    """The BMC does not answer."""


class PowerAuthError(PowerError):
    """The BMC refuses the user, the password or the privilege."""


class PowerDeviceError(PowerError, Retriable):
    """The BMC answers with an error or with what cannot be understood."""


class PowerStuck(PowerError, Retriable):
    """The BMC accepted the command, but a fresh read shows no change."""


class PowerUnsupported(PowerError):
    """The driver cannot do what is asked."""


class ComputeError(RecoveryError):
    """Nova could not be asked or said no."""


class ComputeUnavailable(ComputeError, Retriable):
    """Nova or keystone gave no usable answer; its outcome is unknown."""


class ComputeRefused(ComputeError):
    """Nova answered 4xx; ``message`` holds its own words.

    :ivar code: the HTTP status code.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class ComputeForbidden(ComputeRefused):
    """The service user lacks a right (401 or 403)."""


class ComputeNotFound(ComputeError):
    """Nova knows no such service or instance."""


class ComputeAmbiguous(ComputeError):
    """Nova knows several instances of that name."""


class ComputeTooOld(ComputeError):
    """The cloud's nova lacks a microversion nova-ha cannot do without."""


class ImageError(RecoveryError):
    """Glance could not be asked or said no."""


class ImageUnavailable(ImageError, Retriable):
    """Glance or keystone gave no usable answer."""


class ImageForbidden(ImageError):
    """The service user lacks a right (401 or 403)."""


class ImageNotFound(ImageError):
    """Glance knows no such image, or does not show it to us."""


class PlacementError(RecoveryError):
    """Placement refused, or keystone's catalogue does not have it."""


class PlacementUnavailable(PlacementError, Retriable):
    """Placement gave no usable answer."""


class ClusterError(RecoveryError):
    """Pacemaker refused, or answered what cannot be understood."""


class ClusterUnavailable(ClusterError, Retriable):
    """Pacemaker does not answer on this machine."""


class StoreError(RecoveryError):
    """The store could not do what was asked."""


class StoreUnavailable(StoreError, Retriable):
    """The database does not answer or cannot write."""


class StaleRecovery(StoreError):
    """The row moved on since it was read; read it again."""


class NotOwner(StoreError):
    """Another controller holds the lease."""


class ActiveRecoveryExists(StoreError):
    """The host has an active recovery already (unique constraint)."""


class UnknownLoan(StoreError):
    """The spare is not on loan."""


class SpareTaken(StoreError):
    """The spare is on loan already (unique constraint)."""


class UnknownRehearsal(StoreError):
    """The store has no such rehearsal."""


class UnknownMarker(StoreError):
    """The row that a page shall begin behind is not, or no longer, there."""

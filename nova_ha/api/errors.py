# SPDX-License-Identifier: Apache-2.0
"""Errors as clients see them: a status, a stable code, a text.

::

    {"error": {"code": "power.auth", "message": "...", "retriable": false}}

Codes are public: add to :data:`CODES`, do not change what is there.
"""

from collections.abc import Mapping
import dataclasses
import json

import falcon

from nova_ha.api import ports
from nova_ha.recovery import errors


@dataclasses.dataclass(frozen=True, slots=True)
class Code:
    """How one class of errors is told.

    :ivar retriable: the same request may succeed later, though the error
        itself is no :class:`~nova_ha.recovery.errors.Retriable`.
    """

    status: int
    code: str
    retriable: bool = False


CODES: Mapping[type[errors.RecoveryError], Code] = {
    errors.RecoveryError: Code(500, 'internal'),
    errors.IllegalTransition: Code(409, 'recovery.illegal-transition'),
    errors.UnsafeRequest: Code(409, 'recovery.unsafe'),
    errors.ObserveOnly: Code(409, 'mode.observe'),
    errors.UnknownHost: Code(404, 'host.unknown'),
    errors.HostAlive: Code(409, 'host.alive'),
    errors.UnknownRecovery: Code(404, 'recovery.unknown'),
    errors.PowerError: Code(502, 'power.failed'),
    errors.PowerUnreachable: Code(502, 'power.unreachable'),
    errors.PowerAuthError: Code(502, 'power.auth'),
    errors.PowerDeviceError: Code(502, 'power.device'),
    errors.PowerStuck: Code(502, 'power.stuck'),
    errors.PowerUnsupported: Code(502, 'power.unsupported'),
    ports.FenceTimeout: Code(504, 'power.deadline'),
    errors.ComputeError: Code(502, 'compute.failed'),
    errors.ComputeUnavailable: Code(503, 'compute.unavailable'),
    errors.ComputeNotFound: Code(404, 'compute.not-found'),
    errors.ComputeAmbiguous: Code(409, 'compute.ambiguous'),
    errors.ImageError: Code(502, 'image.failed'),
    errors.ImageUnavailable: Code(503, 'image.unavailable'),
    errors.PlacementError: Code(502, 'placement.failed'),
    errors.PlacementUnavailable: Code(503, 'placement.unavailable'),
    errors.ClusterError: Code(502, 'cluster.failed'),
    errors.ClusterUnavailable: Code(503, 'cluster.unavailable'),
    errors.StoreError: Code(503, 'store.failed'),
    errors.StoreUnavailable: Code(503, 'store.unavailable'),
    # Somebody else was quicker: whoever asks again reads what is true now.
    errors.StaleRecovery: Code(409, 'store.stale', retriable=True),
    errors.NotOwner: Code(409, 'store.not-owner', retriable=True),
    errors.ActiveRecoveryExists: Code(
        409, 'store.active-exists', retriable=True
    ),
    errors.UnknownLoan: Code(404, 'spare.not-lent'),
    errors.SpareTaken: Code(409, 'spare.taken', retriable=True),
    errors.UnknownRehearsal: Code(404, 'rehearsal.unknown'),
    errors.UnknownMarker: Code(400, 'request.marker'),
}


class BadRequest(Exception):
    """The request itself is wrong, or not allowed.

    :ivar status: 400, or what HTTP has for the case.
    :ivar retriable: the same request may succeed later.
    :ivar headers: that the answer has to have.
    """

    def __init__(
        self,
        message: str,
        code: str = 'request.invalid',
        status: int = 400,
        *,
        retriable: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retriable = retriable
        self.headers = dict(headers or {})


def of(error: errors.RecoveryError) -> Code:
    """Return how the error is told: as its nearest class in the table."""
    for kind in type(error).__mro__:
        if kind in CODES:
            found = CODES[kind]
            retriable = found.retriable or isinstance(error, errors.Retriable)
            return dataclasses.replace(found, retriable=retriable)
    raise AssertionError('RecoveryError itself is in the table')


def write(response: falcon.Response, code: Code, message: str) -> None:
    """Make the response tell the error."""
    response.status = code.status
    response.content_type = falcon.MEDIA_JSON
    response.text = json.dumps(
        {
            'error': {
                'code': code.code,
                'message': message,
                'retriable': code.retriable,
            }
        }
    )

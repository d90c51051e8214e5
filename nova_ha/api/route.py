# SPDX-License-Identifier: Apache-2.0
"""What a route is; :mod:`nova_ha.api.routes` has them all."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses

from nova_ha.api import settings
from nova_ha.api.operations import Access
from nova_ha.api.operations import Operation
from nova_ha.api.ports import Fencing
from nova_ha.recovery import ports


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """What handlers are made of.

    :ivar archive: what is on record.
    :ivar fencing: the engine.
    :ivar defaults: options that may be reloaded.
    """

    archive: ports.Archive
    fencing: Fencing
    defaults: settings.Defaults


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """One path.

    :ivar path: as Falcon writes it.
    :ivar make: returns the handler.
    :ivar operations: by HTTP method; the handler has a responder for each
        and no other.
    """

    path: str
    make: Callable[[Parts], object]
    operations: Mapping[str, Operation]

    @property
    def local(self) -> bool:
        """Whether it is found on the Unix socket only."""
        return any(
            operation.rule is Access.LOCAL
            for operation in self.operations.values()
        )

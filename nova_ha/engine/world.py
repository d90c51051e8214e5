# SPDX-License-Identifier: Apache-2.0
"""The ports, in one hand."""

import dataclasses

from nova_ha.engine.always_armed import AlwaysArmed
from nova_ha.engine.everything import Everything
from nova_ha.recovery import ports


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """Everything outside the engine.

    :ivar images: None where no glance is to be asked: no snapshot is put
        back then.
    :ivar probe: tries whether instances serve that others come after.
    :ivar modes: where the mode is kept.
    :ivar policy: what is done about each instance.
    :ivar cluster: None where no Pacemaker drives nova-ha: then there are no
        gates, and what others fence is not seen.
    """

    hosts: ports.Hosts
    power: ports.PowerDriver
    compute: ports.Compute
    store: ports.Store
    spool: ports.Spool
    notifier: ports.Notifier
    clock: ports.Clock
    probe: ports.Probe
    images: ports.Images | None = None
    modes: ports.Modes = dataclasses.field(default_factory=AlwaysArmed)
    policy: ports.Policy = dataclasses.field(default_factory=Everything)
    cluster: ports.Cluster | None = None

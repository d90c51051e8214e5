# SPDX-License-Identifier: Apache-2.0
"""Every module with traps: importing this one registers them all."""

from nova_ha.cluster.check import controllers
from nova_ha.cluster.check import discovery
from nova_ha.cluster.check import fencing
from nova_ha.cluster.check import gate
from nova_ha.cluster.check import names
from nova_ha.cluster.check import properties
from nova_ha.cluster.check import remotes
from nova_ha.cluster.check import services
from nova_ha.cluster.check import starting
from nova_ha.cluster.check import topology
from nova_ha.cluster.check import watchdog

MODULES = (
    properties,
    fencing,
    topology,
    watchdog,
    remotes,
    names,
    services,
    gate,
    controllers,
    starting,
    discovery,
)

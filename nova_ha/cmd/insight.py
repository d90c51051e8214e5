# SPDX-License-Identifier: Apache-2.0
"""What people ask, in the form the API asks for."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
from typing import Any

from oslo_config import cfg

from nova_ha.cmd.inquiries.process import Inquiries
from nova_ha.engine.world import World
from nova_ha.inspection.devices import DeviceLook
from nova_ha.inspection.hosts import HostLook
from nova_ha.inspection.reading import Reading
from nova_ha.inspection.servers import ServerLook
from nova_ha.inspection.spares import SpareLook
from nova_ha.recovery import errors
from nova_ha.recovery.explaining import Explained
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.modes import Standing


class Insight:
    """Satisfies :class:`nova_ha.api.ports.Insight`.

    :param standing: returns the mode in force.
    :param place: returns a power device's address, as people read it.
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        world: World,
        standing: Callable[[], Standing],
        place: Callable[[PowerDevice], str],
    ) -> None:
        everybody = Reading(
            world.hosts, world.compute, world.store, world.cluster, standing
        )
        self._hosts = world.hosts
        self._servers = ServerLook(world.compute, world.policy)
        self._inquiries = Inquiries(conf)
        look = HostLook(everybody, world.compute)
        self.hosts = look.every
        self.host = look.one
        self.check = DeviceLook(world.hosts, world.power, place).check
        self.explain_server = self._servers.one
        self.spares = SpareLook(
            everybody,
            world.hosts,
            world.store,
            lambda: str(conf.spares.disabled_reason),
        ).every

    def explain_host(self, name: str) -> Sequence[Explained]:
        """Say what would become of the instances if their host failed now."""
        with contextlib.suppress(errors.UnknownHost):  # nova may know it
            name = self._hosts.get(name).name
        return self._servers.host(name)

    def capacity(self, upto: int) -> Mapping[str, Any]:
        """Say how many hosts may fail, up to so many together."""
        return self._inquiries.capacity(upto)

    def snapshots(self) -> Sequence[Mapping[str, Any]]:
        """Return the instances with local disks, and what is there of them."""
        return self._inquiries.snapshots()

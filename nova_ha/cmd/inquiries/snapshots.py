# SPDX-License-Identifier: Apache-2.0
"""What would be lost with the hosts, if they failed now?"""

from collections.abc import Sequence
from typing import Any
from typing import TYPE_CHECKING

from oslo_config import cfg

from nova_ha.recovery import errors

if TYPE_CHECKING:
    from nova_ha.recovery.exposure import Exposure


def exposed(
    conf: cfg.ConfigOpts,
    hosts: Sequence[str] = (),
    max_age: float | None = None,
) -> 'Sequence[Exposure]':
    """Return the instances with local disks, those at greatest risk first.

    :param hosts: only those on these; all, if none is named.
    :param max_age: seconds; an older snapshot counts as none.
    :raises RecoveryError: nova or glance could not be asked.
    """
    from nova_ha.clock import SystemClock
    from nova_ha.compute.gateway import NovaCompute
    from nova_ha.image.gateway import GlanceImages
    from nova_ha.recovery import exposure

    nova = NovaCompute.from_conf(conf)
    glance = GlanceImages.from_conf(conf)
    known = nova.hosts()
    _require_known(hosts, known)
    instances = [
        instance
        for host in hosts or known
        for instance in nova.instances(host)
    ]
    newest = glance.newest_snapshots()
    return exposure.of(instances, newest, max_age, SystemClock().now())


def answer(conf: cfg.ConfigOpts) -> Sequence[Any]:
    """Return the report on all hosts, for JSON."""
    from nova_ha.recovery import exposure

    return [exposure.report(one) for one in exposed(conf)]


def _require_known(wanted: Sequence[str], known: Sequence[str]) -> None:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise errors.ComputeNotFound(
            f'nova knows no nova-compute on {", ".join(unknown)}; it knows '
            f'{", ".join(known) or "none"}'
        )

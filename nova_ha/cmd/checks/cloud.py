# SPDX-License-Identifier: Apache-2.0
"""Nova, Placement and glance: do they answer, and may we ask."""

from oslo_config import cfg

from nova_ha.cmd.checks.findings import Findings
from nova_ha.cmd.checks.findings import Result
from nova_ha.compute import connection
from nova_ha.compute.gateway import NovaCompute
from nova_ha.image.gateway import GlanceImages
from nova_ha.placement.gateway import PlacementGateway
from nova_ha.recovery import errors

UNTOLD = 'cannot be told:'


def check_nova(conf: cfg.ConfigOpts) -> Result:
    """Read what only an administrator may, at the microversion needed."""
    findings = Findings()
    number = 0
    try:
        nova = NovaCompute.from_conf(conf)
        found = nova.hosts()
        number = len(found)
        for host in found[:1]:
            nova.migrations(host)
    except errors.ComputeUnavailable as error:
        findings.warn(f'{UNTOLD} {error}')
    except errors.ComputeError as error:
        findings.fail(error)
    return findings.result(
        f'nova shows {number} compute hosts and its evacuation records'
    )


def check_placement(conf: cfg.ConfigOpts) -> Result:
    """Ask Placement, of which nothing but capacity depends."""
    findings = Findings()
    try:
        session = connection.from_conf(conf).session
        PlacementGateway.from_conf(conf, session).check()
    except errors.ComputeError as error:
        findings.warn(f'{UNTOLD} [nova] comes first: {error}')
    except errors.PlacementError as error:
        findings.warn(f'{error}; capacity cannot be told without it')
    return findings.result('Placement shows its resource providers')


def check_glance(conf: cfg.ConfigOpts) -> Result:
    """Ask glance, of which nothing but snapshots and images depends."""
    findings = Findings()
    try:
        GlanceImages.from_conf(conf).check()
    except errors.ImageUnavailable as error:
        findings.warn(f'{UNTOLD} {error}')
    except errors.ImageError as error:
        findings.warn(
            f'{error}; no snapshot can be put back, and rules about images '
            'do not match'
        )
    return findings.result('glance shows its images')

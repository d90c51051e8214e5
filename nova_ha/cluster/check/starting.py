# SPDX-License-Identifier: Apache-2.0
"""Traps in how the fencer and the device that asks it are started."""

from collections.abc import Iterator

from nova_ha.cluster.check import duration
from nova_ha.cluster.check.cib import Link
from nova_ha.cluster.check.controllers import fencers
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap


@trap
def fencer_waits_for_fencing(facts: Facts) -> Iterator[Finding]:
    """The fencer is not started before the host that it should fence is off.

    ``quorum`` is no way out: what was never looked for on the host waits
    for its fencing, too.
    """
    found = [
        fencer.id
        for fencer in fencers(facts)
        if fencer.meta.get('requires') != 'nothing'
    ]
    if found:
        alone = len(facts.cib.controllers) == 1
        yield Finding(
            Severity.ERROR if alone else Severity.WARNING,
            tuple(found),
            'Its meta attribute requires is not nothing.',
            'Where it has stopped while a host is lost, Pacemaker starts it '
            'only when the host has been fenced: a controller waits for '
            'itself, or for another one.',
            'Set the meta attribute requires=nothing on the fencer.',
        )


@trap
def device_before_fencer(facts: Facts) -> Iterator[Finding]:
    """The agent is asked before there is anybody to answer it."""
    names = [name for one in fencers(facts) for name in (one.id, *one.outer)]
    missing, strict = [], []
    for device in facts.nova_ha:
        links: list[Link] = [
            link
            for link in facts.cib.orders
            if link.first in names and link.then in (device.id, *device.outer)
        ]
        if not links:
            missing.append(device.id)
        elif any(link.strict for link in links):
            strict.append(device.id)
    if names and missing:
        yield Finding(
            Severity.WARNING,
            tuple(missing),
            'No order says that the fencer starts before it.',
            'When a cluster starts, its first monitor finds no fencer and '
            'fails, and everything else waits for that.',
            "Order the fencer's clone before it, with kind=Optional.",
        )
    if strict:
        yield Finding(
            Severity.NOTE,
            tuple(strict),
            'Its order after the fencer is mandatory.',
            'It is restarted with every fencer, and is not watched while '
            'none runs.',
            'Set kind=Optional.',
        )


@trap
def device_failed_for_ever(facts: Facts) -> Iterator[Finding]:
    """A device that failed once is not watched again."""
    found = [
        device.id
        for device in facts.nova_ha
        if not duration.seconds(device.meta.get('failure-timeout'))
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'The stonith resource has no failure-timeout.',
            'When it has failed to start on a controller, it is not tried '
            'again there until somebody cleans up, and with the next change '
            'of the configuration that controller fences nobody with it.',
            'Set the meta attribute failure-timeout=60s.',
        )

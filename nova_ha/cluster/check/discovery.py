# SPDX-License-Identifier: Apache-2.0
"""Traps in where Pacemaker looks for what runs (resource-discovery)."""

from collections.abc import Iterator

from nova_ha.cluster.check import rules
from nova_ha.cluster.check.controllers import fencers
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap
from nova_ha.recovery.states import Gate


@trap
def service_out_of_sight(facts: Facts) -> Iterator[Finding]:
    """A service that runs behind a shut gate is not found."""
    found = [
        service.id
        for service in facts.services
        if any(
            facts.may_run(service, host.node)
            and not facts.looked_for(service, host.node, gate)
            for host in facts.watched
            for gate in (None, Gate.SHUT.value)
        )
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(found),
            'Pacemaker does not look on a compute host whether it runs '
            '(resource-discovery of a rule that holds there).',
            'When a host returns and its service has started by itself, '
            'nobody stops it, while its instances are started elsewhere.',
            'Take resource-discovery out of the rule on the gate, and of '
            'every other one that holds for compute hosts.',
        )


@trap
def fencer_sought_on_hosts(facts: Facts) -> Iterator[Finding]:
    """Compute hosts are asked for the fencer."""
    found = [
        fencer.id
        for fencer in fencers(facts)
        if any(
            not facts.may_run(fencer, host.node)
            and facts.looked_for(fencer, host.node)
            for host in facts.watched
        )
    ]
    if found:
        yield Finding(
            Severity.WARNING,
            tuple(found),
            'Pacemaker looks on compute hosts whether the fencer runs there.',
            'When a cluster starts, no fencer is started before every host '
            'was reached or given up; and each host shows a failed probe.',
            'Set resource-discovery=never on the location rule that keeps '
            'it off the hosts.',
        )


@trap
def services_sought_on_controllers(facts: Facts) -> Iterator[Finding]:
    """Controllers are asked for the services of compute hosts."""
    found = [
        service.id
        for service in facts.services
        if any(
            not rules.may_run(facts.cib, service, node)
            and rules.looked_for(facts.cib, service, node)
            for node in facts.cib.controllers
        )
    ]
    if found:
        yield Finding(
            Severity.NOTE,
            tuple(found),
            'Pacemaker looks on controllers whether it runs there.',
            'Each controller shows a failed probe where it is not installed.',
            'Set resource-discovery=never on the location rule that keeps '
            'it off the controllers, but not on the one on the gate.',
        )

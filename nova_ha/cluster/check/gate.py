# SPDX-License-Identifier: Apache-2.0
"""Traps in the gate: the rule that holds a returning host's services back."""

from collections.abc import Iterator

from nova_ha.cluster.check import rules
from nova_ha.cluster.check.cib import Resource
from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity
from nova_ha.cluster.check.registry import trap
from nova_ha.recovery.states import Gate

_CONSEQUENCE = (
    'A host that returns starts it while its instances are started '
    'elsewhere: nova-ha powers the host off again.'
)


@trap
def gate_missing(facts: Facts) -> Iterator[Finding]:
    """A service that nothing holds back."""
    found = [
        one
        for one in facts.services
        if not _is_held(facts, one) and not _looks_at(facts, one)
    ]
    if not found:
        return
    other = next(filter(None, (_other_name(facts, one) for one in found)), '')
    also = f' One looks at {other}.' if other else ''
    yield Finding(
        Severity.ERROR,
        tuple(one.id for one in found),
        f'No location rule looks at the gate ({facts.settings.gate}).{also}',
        _CONSEQUENCE,
        f'Correct the name, or set [cluster] gate_attribute = {other}.'
        if other
        else 'Add a location rule with score=-INFINITY: '
        f'{facts.settings.gate} eq {Gate.SHUT.value}.',
    )


@trap
def gate_does_not_hold(facts: Facts) -> Iterator[Finding]:
    """A rule on the gate that does nothing."""
    found = [
        one
        for one in facts.services
        if not _is_held(facts, one) and _looks_at(facts, one)
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(one.id for one in found),
            'A location rule looks at the gate, but does not keep the '
            f'service away while it is {Gate.SHUT.value}.',
            _CONSEQUENCE,
            'Let the rule be score=-INFINITY: '
            f'{facts.settings.gate} eq {Gate.SHUT.value}.',
        )


@trap
def gate_never_opens(facts: Facts) -> Iterator[Finding]:
    """A rule on the gate that holds for more than the one value."""
    found = [
        one
        for one in facts.services
        if any(
            facts.may_run(one, host.node)
            and not facts.may_run(one, host.node, Gate.AJAR.value)
            for host in facts.watched
        )
    ]
    if found:
        yield Finding(
            Severity.ERROR,
            tuple(one.id for one in found),
            'A location rule keeps the service away while the gate is '
            f'{Gate.AJAR.value}, too.',
            'nova-compute has to start before nova takes a host back, so no '
            'host is taken back.',
            'Let the rule hold for one value only: '
            f'{facts.settings.gate} eq {Gate.SHUT.value}.',
        )


def _is_held(facts: Facts, service: Resource) -> bool:
    """Tell whether a shut gate keeps a service away, on every host."""
    return not any(
        facts.may_run(service, host.node, Gate.SHUT.value)
        for host in facts.watched
    )


def _looks_at(facts: Facts, service: Resource) -> bool:
    return any(
        facts.settings.gate in rules.attributes_of(location)
        for location in rules.of(facts.cib, service)
    )


def _other_name(facts: Facts, service: Resource) -> str:
    """Return an attribute that may have been meant for the gate, or ''."""
    for location in rules.of(facts.cib, service):
        for name in rules.attributes_of(location):
            if 'gate' in name.lower():
                return name
    return ''

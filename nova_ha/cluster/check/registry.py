# SPDX-License-Identifier: Apache-2.0
"""Every check, by its name."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses

from nova_ha.cluster.check.facts import Facts
from nova_ha.cluster.check.findings import Finding
from nova_ha.cluster.check.findings import Severity

Trap = Callable[[Facts], Iterator[Finding]]

TRAPS: dict[str, Trap] = {}


def trap(function: Trap) -> Trap:
    """Register a check under its name, with hyphens."""
    TRAPS[function.__name__.replace('_', '-')] = function
    return function


def findings(facts: Facts) -> Sequence[Finding]:
    """Return what all checks find, what matters most first."""
    found = [
        dataclasses.replace(finding, trap=name)
        for name, check in TRAPS.items()
        for finding in check(facts)
    ]
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))

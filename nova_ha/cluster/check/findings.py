# SPDX-License-Identifier: Apache-2.0
"""What a check has found."""

import dataclasses
import enum


class Severity(enum.Enum):
    """How much it matters."""

    ERROR = 'error'
    """A host that fails is not recovered, or instances are at risk."""

    WARNING = 'warning'
    """Recovery takes longer than it should, or hits what is sound."""

    NOTE = 'note'
    """Good to know; it may be meant so."""


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """A trap that the configuration has walked into.

    :ivar places: what it is about: nodes, resources, options.
    :ivar text: what is wrong, as a sentence.
    :ivar consequence: what happens because of it.
    :ivar remedy: what to do.
    :ivar trap: the name of the check; filled in by the registry.
    """

    severity: Severity
    places: tuple[str, ...]
    text: str
    consequence: str
    remedy: str
    trap: str = ''

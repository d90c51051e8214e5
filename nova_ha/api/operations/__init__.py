# SPDX-License-Identifier: Apache-2.0
"""What can be asked for: one module a resource, one value an operation.

An operation says who may do it, what it takes and what it answers, as JSON
schemas. The policy check and the description of the API are made from it;
:mod:`nova_ha.api.routes` says where it is found.
"""

from collections.abc import Mapping
import dataclasses
import enum
from typing import Any

Schema = Mapping[str, Any]


class Access(enum.Enum):
    """Where an operation needs no rule."""

    PUBLIC = 'public'
    """Anybody may: it tells nothing of the cloud."""
    LOCAL = 'local'
    """On the Unix socket only: the fence path, which needs no Keystone."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    :ivar rule: of :mod:`nova_ha.policies`, or why there is none.
    :ivar summary: what it does, in a few words, for the description.
    :ivar answer: the body of the answer when all went well. A schema with a
        ``title`` goes into the description once, under that name.
    :ivar body: what the request's body must be; None where it takes none.
    :ivar query: an object, with a property for each parameter behind the
        question mark; None where there are none.
    :ivar status: of the answer when all went well.
    :ivar failure: what else it may answer than errors: a status and the
        schema of the body.
    """

    rule: str | Access
    summary: str
    answer: Schema
    body: Schema | None = None
    query: Schema | None = None
    status: int = 200
    failure: tuple[int, Schema] | None = None

    @property
    def rule_name(self) -> str:
        """The rule, or the word for why there is none."""
        rule = self.rule
        return rule.value if isinstance(rule, Access) else rule

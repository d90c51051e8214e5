# SPDX-License-Identifier: Apache-2.0
"""Whether a rule is about an instance: yes, no, or not to be known."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import fnmatch

from nova_ha.recovery.rules import Conditions
from nova_ha.recovery.rules import Facts
from nova_ha.recovery.rules import Globs
from nova_ha.recovery.rules import Pairs
from nova_ha.recovery.rules import Unread


def holds(conditions: Conditions, facts: Facts) -> bool | Unread:
    """Whether all conditions hold.

    One that does not hold settles it, whatever else could not be read.
    """
    unread: Unread | None = None
    for found in _each(conditions, facts):
        if found is False:
            return False
        if isinstance(found, Unread):
            unread = unread or found
    return unread or True


def _each(conditions: Conditions, facts: Facts) -> Iterator[bool | Unread]:
    instance = facts.instance
    yield _any(conditions.name, [instance.name])
    yield _any(conditions.project, [instance.project])
    yield _any(conditions.availability_zone, [instance.availability_zone])
    yield _any(conditions.flavor, [instance.flavor])
    yield _any(conditions.tags, instance.tags)
    yield _all(conditions.metadata, instance.metadata)
    yield _all(conditions.extra_specs, instance.extra_specs)
    yield _any(conditions.host, [facts.host])
    yield _in_aggregate(conditions, facts)
    yield _of_image(conditions.image, facts)


def _of_image(wanted: Pairs, facts: Facts) -> bool | Unread:
    if not wanted:
        return True
    if isinstance(facts.image, Unread):
        return facts.image
    return _all(wanted, facts.image)


def _in_aggregate(conditions: Conditions, facts: Facts) -> bool | Unread:
    names, metadata = conditions.aggregate, conditions.aggregate_metadata
    if not names and not metadata:
        return True
    if isinstance(facts.aggregates, Unread):
        return facts.aggregates
    return any(
        _any(names, [aggregate.name]) and _all(metadata, aggregate.metadata)
        for aggregate in facts.aggregates
    )


def _all(wanted: Pairs, found: Mapping[str, str]) -> bool:
    return all(
        key in found and _any(globs, [found[key]])
        for key, globs in wanted.items()
    )


def _any(globs: Globs, found: Iterable[str]) -> bool:
    return not globs or any(
        fnmatch.fnmatchcase(text, glob) for text in found for glob in globs
    )

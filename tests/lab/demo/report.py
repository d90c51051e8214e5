# SPDX-License-Identifier: Apache-2.0
"""The outcome as a value, and as JSON."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import json
import pathlib
from typing import Any

from tests.lab.demo.instances import Seen
from tests.lab.demo.promises import Promise
from tests.lab.demo.timeline import Figure
from tests.lab.demo.timeline import Moment


@dataclasses.dataclass(frozen=True)
class Row:
    """What became of an instance.

    :ivar to: None if it stayed.
    :ivar outcome: nova-ha's word: succeeded, skipped, failed.
    :ivar seconds: from the fence request until it was back; None if it is
        not.
    :ivar message: nova-ha's reason for skipping it, or for the failure.
    """

    uuid: str
    name: str
    source: str
    to: str | None
    before: str
    after: str
    outcome: str
    seconds: float | None
    message: str


def rows(
    before: Mapping[str, Seen],
    after: Mapping[str, Seen],
    evacuations: Sequence[Mapping[str, Any]],
    seconds: Mapping[str, float],
) -> list[Row]:
    """A row an instance, those that came back first, as they came."""
    outcomes = {each['instance']: each for each in evacuations}
    found = [
        _row(was, after.get(uuid), outcomes.get(uuid), seconds.get(uuid))
        for uuid, was in before.items()
    ]
    return sorted(found, key=lambda row: (row.seconds or 1e9, row.name))


def _row(
    was: Seen,
    now: Seen | None,
    outcome: Mapping[str, Any] | None,
    seconds: float | None,
) -> Row:
    moved = now is not None and now.host != was.host
    return Row(
        uuid=was.uuid,
        name=was.name,
        source=was.host,
        to=now.host if now and moved else None,
        before=was.status,
        after=now.status if now else 'GONE',
        outcome=outcome['state'] if outcome else 'unknown to nova-ha',
        seconds=seconds,
        message=outcome['message'] if outcome else '',
    )


@dataclasses.dataclass(frozen=True)
class Report:
    """All there is to tell."""

    host: str
    recovery: str
    timeline: Sequence[Moment]
    instances: Sequence[Row]
    promises: Sequence[Promise]
    figures: Sequence[Figure]
    versions: Mapping[str, str]
    missing: Sequence[str] = ()

    @property
    def good(self) -> bool:
        """Every event has happened and every promise was kept."""
        return not self.missing and all(each.kept for each in self.promises)

    def as_json(self) -> str:
        """The report file."""
        return json.dumps(
            {
                'host': self.host,
                'recovery': self.recovery,
                'timeline': [
                    {'event': each.event, 'seconds': round(each.seconds, 3)}
                    for each in self.timeline
                ],
                'instances': [_instance(row) for row in self.instances],
                'promises': [
                    dataclasses.asdict(each) for each in self.promises
                ],
                'figures': [
                    {
                        'figure': each.name,
                        'seconds': round(each.seconds, 3),
                        'goal': each.goal,
                        'met': each.met,
                    }
                    for each in self.figures
                ],
                'versions': dict(self.versions),
            },
            indent=2,
        )

    def write(self, path: pathlib.Path) -> None:
        """Write the report file."""
        path.write_text(f'{self.as_json()}\n')


def _instance(row: Row) -> dict[str, Any]:
    fields = dataclasses.asdict(row)
    fields['from'] = fields.pop('source')
    if row.seconds is not None:
        fields['seconds'] = round(row.seconds, 3)
    order = 'uuid name from to before after outcome seconds message'
    return {name: fields[name] for name in order.split()}

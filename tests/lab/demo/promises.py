# SPDX-License-Identifier: Apache-2.0
"""Whether the promises were kept, judged by other witnesses than nova-ha.

Pure: what the witnesses say comes in as :class:`Evidence`.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from tests.lab import apilog
from tests.lab import guests
from tests.lab.demo.instances import Seen

#: Nova refuses to evacuate in any other state.
EVACUABLE = frozenset(['ACTIVE', 'SHUTOFF'])


@dataclasses.dataclass(frozen=True)
class Promise:
    """A promise and what was seen.

    :ivar seen: in words; what is wrong where it was broken.
    """

    promise: str
    kept: bool
    seen: str


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What the witnesses say.

    :ivar before: the instances before the host failed (nova).
    :ivar after: and when all was over (nova).
    :ivar requests: of nova-ha's user, from nova-api's own log.
    :ivar records: nova's evacuation records with the host as source.
    :ivar journal: every guest's starts and stops on every host.
    :ivar off_at: when the BMC's power switch was off.
    :ivar completed_at: when the recovery was over.
    :ivar guests_at_end: the guests on each host's disk after the last
        restart of nova-compute, and ``guests_before`` before the first.
    :ivar services_before: nova's services before the host failed.
    :ivar services_after: and at the very end.
    """

    host: str
    before: Mapping[str, Seen]
    after: Mapping[str, Seen]
    requests: Sequence[apilog.Request]
    records: Sequence[Mapping[str, Any]]
    journal: Sequence[guests.GuestEvent]
    off_at: float
    completed_at: float
    guests_before: Mapping[str, Collection[str]]
    guests_after: Mapping[str, Collection[str]]
    services_before: Mapping[str, Mapping[str, Any]]
    services_after: Mapping[str, Mapping[str, Any]]

    @property
    def evacuable(self) -> dict[str, Seen]:
        """The instances that nova can evacuate."""
        return {
            uuid: seen
            for uuid, seen in self.before.items()
            if seen.status in EVACUABLE
        }

    @property
    def switched_off_at(self) -> float:
        """When the last guest of the host ended and its power was off."""
        ends = [
            event.time
            for event in self.journal
            if event.host == self.host and event.what == 'host-power-off'
        ]
        return max([self.off_at, *ends])


def judge(evidence: Evidence) -> list[Promise]:
    """All promises, in the order in which they matter."""
    return [
        _off_before_telling(evidence),
        _told_at_once(evidence),
        _one_record(evidence),
        _states_kept(evidence),
        _never_twice(evidence),
        _restarts_are_harmless(evidence),
        _host_serves(evidence),
        _operator_untouched(evidence),
    ]


def _verdict(promise: str, wrong: Iterable[str], seen: str) -> Promise:
    problems = list(wrong)
    return Promise(promise, not problems, '; '.join(problems) or seen)


def _off_before_telling(evidence: Evidence) -> Promise:
    """BMC and guests against nova-api: which came first."""
    promise = 'off before nova is told or asked for anything'
    changing = [r for r in evidence.requests if r.method != 'GET']
    if not changing:
        return Promise(promise, False, 'nova was never told')
    gap = min(r.started for r in changing) - evidence.switched_off_at
    return Promise(
        promise,
        gap >= 0,
        f'power and last guest off {abs(gap) * 1000:.0f} ms '
        f'{"before" if gap >= 0 else "AFTER"} the first request that changes '
        'anything',
    )


def _told_at_once(evidence: Evidence) -> Promise:
    """One PUT, answered before the first evacuation was asked for."""
    promise = 'nova is told in one request, before the first evacuation'
    asked = apilog.evacuations(evidence.requests)
    first = min((r.started for r in asked), default=float('inf'))
    puts = [
        r
        for r in evidence.requests
        if r.kind == 'PUT /os-services/{id}' and r.started < first
    ]
    kept = len(puts) == 1 and puts[0].ended <= first
    seen = f'{len(puts)} PUT before {len(asked)} evacuate requests'
    return Promise(promise, kept, seen)


def _one_record(evidence: Evidence) -> Promise:
    count: dict[str, int] = {}
    for record in evidence.records:
        uuid = record['instance_uuid']
        count[uuid] = count.get(uuid, 0) + 1

    def wrong() -> Iterator[str]:
        for uuid, seen in evidence.before.items():
            expected = 1 if uuid in evidence.evacuable else 0
            if count.get(uuid, 0) != expected:
                yield f'{seen.name} has {count.get(uuid, 0)} records'

    return _verdict(
        'one evacuation record an instance',
        wrong(),
        f'{len(evidence.records)} records of {len(evidence.before)} '
        'instances; nova evacuates no paused one',
    )


def _states_kept(evidence: Evidence) -> Promise:
    def wrong() -> Iterator[str]:
        for uuid, was in evidence.evacuable.items():
            now = evidence.after.get(uuid)
            if now is None:
                yield f'{was.name} is gone'
            elif now.host == evidence.host:
                yield f'{was.name} is still on {now.host}'
            elif now.status != was.status or now.task:
                yield f'{was.name} was {was.status}, is {now.status}'

    return _verdict(
        'every evacuable instance elsewhere, in the state it had',
        wrong(),
        f'{len(evidence.evacuable)} of {len(evidence.before)}',
    )


def _never_twice(evidence: Evidence) -> Promise:
    expected = [
        uuid
        for uuid, seen in evidence.evacuable.items()
        if seen.status == 'ACTIVE'
    ]
    return _verdict(
        'no guest on two hosts at once, none lost',
        guests.problems(evidence.journal, expected),
        f'{len(evidence.journal)} starts and stops in the journal of the '
        'hosts',
    )


def _restarts_are_harmless(evidence: Evidence) -> Promise:
    def wrong() -> Iterator[str]:
        for event in evidence.journal:
            if event.time > evidence.completed_at and event.event == 'stop':
                yield f'guest {event.uuid} ended on {event.host}: {event.what}'
        for host, were in evidence.guests_before.items():
            gone = set(were) - set(evidence.guests_after.get(host, ()))
            for uuid in sorted(gone):
                yield f'guest {uuid} was destroyed on {host}'

    total = sum(map(len, evidence.guests_before.values()))
    return _verdict(
        'further restarts of nova-compute on the host destroy nothing',
        wrong(),
        f'2 restarts, {total} guests there before and after',
    )


def _host_serves(evidence: Evidence) -> Promise:
    service = evidence.services_after[evidence.host]
    state = (
        f'{service["status"]}, {service["state"]}'
        f'{", forced down" if service["forced_down"] else ""}'
    )
    return Promise(
        'the host is enabled and up again',
        state == 'enabled, up',
        f'{evidence.host} is {state}',
    )


def _operator_untouched(evidence: Evidence) -> Promise:
    """Other hosts' services and the locks of instances stay as they were."""
    seen = []

    def wrong() -> Iterator[str]:
        for host, was in evidence.services_before.items():
            now = evidence.services_after[host]
            if _settings(now) != _settings(was):
                yield f'{host} was {_settings(was)}, is {_settings(now)}'
            elif was['status'] == 'disabled':
                seen.append(f'{host} is still disabled')
        for uuid, had in evidence.before.items():
            has = evidence.after.get(uuid)
            if has is not None and has.locked_reason != had.locked_reason:
                yield f'the lock of {had.name} has changed'
            elif had.locked_reason:
                seen.append(f'{had.name} is still locked')

    problems = list(wrong())
    return _verdict(
        "the operator's settings are untouched", problems, ', '.join(seen)
    )


def _settings(service: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        service['status'],
        service['disabled_reason'],
        service['forced_down'],
    )

# SPDX-License-Identifier: Apache-2.0
"""What has happened between two answers, a line each; pure.

For where a picture cannot be drawn over: a file, a pipe, a log of CI.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from nova_ha.osc import progress
from nova_ha.osc import text


def lines(
    before: Mapping[str, Any] | None, answer: Mapping[str, Any]
) -> list[str]:
    """Return what is new in an answer, oldest first.

    :param before: the answer before that; None: all is new.
    """
    return [
        *_events(before, answer),
        *_instances(before, answer),
        *_message(before, answer),
    ]


def _events(
    before: Mapping[str, Any] | None, answer: Mapping[str, Any]
) -> Iterator[str]:
    recovery = answer['recovery']
    if before is None:
        yield (
            f'{text.clock(recovery["requested_at"])} Recovery '
            f'{recovery["uuid"]} of {text.printable(recovery["host"])} is '
            f'{recovery["state"]}'
        )
    began = answer['recovery']['requested_at']
    for event in answer['events'][len(before['events']) if before else 0 :]:
        # What is told of an instance comes from its evacuation.
        if not event.get('instance'):
            yield _event(event, began)


def _event(event: Mapping[str, Any], began: str) -> str:
    after, since = text.moment(event['at']), text.moment(began)
    assert after is not None
    assert since is not None
    seconds = (after - since).total_seconds()
    why = f': {text.printable(event["message"])}' if event['message'] else ''
    return (
        f'{text.clock(event["at"])} +{text.span(seconds)} {event["state"]} '
        f'({event["name"]}){why}'
    )


def _instances(
    before: Mapping[str, Any] | None, answer: Mapping[str, Any]
) -> Iterator[str]:
    known = _by_instance(before)
    changed = [
        one
        for one in answer['evacuations']
        if known.get(one['instance'], {}).get('state') != one['state']
    ]
    # What just waits is in the sum; there may be hundreds.
    yield from (_instance(o) for o in changed if o['state'] != 'pending')
    if changed:
        total = len(answer['evacuations'])
        yield (
            f'  {progress.accounted(answer)} of '
            f'{text.counted(total, "instance")} accounted for: '
            + ', '.join(f'{n} {s}' for s, n in progress.counts(answer).items())
        )


def _instance(one: Mapping[str, Any]) -> str:
    words = [f'  {text.printable(one["name"])} ({one["instance"]})']
    words.append(one['state'])
    if one.get('target'):
        words.append(f'on {text.printable(one["target"])}')
    asked, ended = (
        text.moment(one.get('asked_at')),
        text.moment(one.get('ended_at')),
    )
    if asked and ended:
        words.append(f'after {text.span((ended - asked).total_seconds())}')
    message = text.printable(one.get('message') or '')
    return ' '.join(words) + (f': {message}' if message else '')


def _message(
    before: Mapping[str, Any] | None, answer: Mapping[str, Any]
) -> Iterator[str]:
    recovery = answer['recovery']
    old = before['recovery'] if before else {}
    message = recovery.get('message')
    if message and message != old.get('message'):
        yield f'  {text.printable(message)}'
    if recovery['state'] != old.get('state') and progress.advice(recovery):
        yield f'  {progress.advice(recovery)}'


def _by_instance(
    before: Mapping[str, Any] | None,
) -> Mapping[str, Mapping[str, Any]]:
    if before is None:
        return {}
    return {one['instance']: one for one in before['evacuations']}

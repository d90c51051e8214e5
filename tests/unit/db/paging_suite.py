# SPDX-License-Identifier: Apache-2.0
"""Lists for people, page by page, whatever the database."""

import dataclasses
import datetime
import itertools
import random
import uuid

from nova_ha.recovery import errors
from nova_ha.recovery import listing
from nova_ha.recovery import states
from nova_ha.recovery.listing import Order
from nova_ha.recovery.listing import RecoveryQuery
from nova_ha.recovery.listing import SortKey
from tests.unit.db import base
from tests.unit.db import guards_suite

State = states.RecoveryState
SECOND = datetime.timedelta(seconds=1)
TICK = datetime.timedelta(microseconds=1)
ROWS = 40
ACTIVE = (State.FENCING, State.HELD)
ENDED = (State.COMPLETED, State.CANCELLED)


class RecoveryPageSuite:
    def fill(self, rows=ROWS):
        """Make recoveries that are equal in many ways; return them."""
        dice = random.Random(7)
        made = []
        for number in range(rows):
            at = base.START + dice.randrange(4) * TICK
            active = dice.random() < 0.4
            state = dice.choice(ACTIVE if active else ENDED)
            # An active recovery has its host for itself.
            host = f'a{number}' if active else f'h{dice.randrange(3)}'
            made.append(
                self.open(
                    host,
                    state=state,
                    origin=dice.choice(('pacemaker', 'operator')),
                    requested_at=at,
                    state_since=at + dice.randrange(3) * SECOND,
                    updated_at=at + dice.randrange(3) * SECOND,
                )
            )
        return made

    def pages(self, limit, **wanted):
        """Yield every page."""
        markers = [None]
        while True:
            query = RecoveryQuery(limit, marker=markers[-1], **wanted)
            page = self.store.recovery_page(query)
            yield page
            if not page.more:
                return
            self.assertNotIn(page.rows[-1].uuid, markers, 'going in circles')
            markers.append(page.rows[-1].uuid)

    def all_of(self, limit, **wanted):
        pages = list(self.pages(limit, **wanted))
        self.assertTrue(all(len(p.rows) == limit for p in pages[:-1]))
        return [row for page in pages for row in page.rows]

    def test_newest_first_as_ever(self):
        self.fill()
        expected = self.store.recoveries()
        for limit in (1, 7, ROWS - 1, ROWS, ROWS + 1):
            with self.subTest(limit):
                self.assertEqual(expected, self.all_of(limit))

    def test_more_is_told_only_where_there_is_more(self):
        self.fill(6)
        for limit, found in ((3, [True, False]), (6, [False]), (5, None)):
            told = [page.more for page in self.pages(limit)]
            self.assertEqual(found or [True, False], told)
        [empty] = self.pages(3, host='nobody')
        self.assertEqual(([], False), (empty.rows, empty.more))

    def test_every_order_is_kept_from_page_to_page(self):
        made = self.fill()
        for first, second in itertools.permutations(SortKey, 2):
            for down, limit in itertools.product((True, False), (3, 17)):
                order = (Order(first, down), Order(second, not down))
                with self.subTest(order=order, limit=limit):
                    self.assertEqual(
                        in_order(made, order), self.all_of(limit, order=order)
                    )

    def test_the_other_way_round_is_the_reverse(self):
        self.fill()
        order = (Order(SortKey.REQUESTED_AT),)
        found = self.all_of(9, order=order)
        self.assertEqual(self.store.recoveries(), found[::-1])

    def test_what_is_added_meanwhile_moves_nothing(self):
        self.fill(20)
        expected = self.store.recoveries()
        found = []
        for number, page in enumerate(self.pages(4)):
            found += page.rows
            self.open(f'new{number}', requested_at=base.START + SECOND)
        self.assertEqual(expected, found)

    def test_a_marker_that_moved_on_is_still_a_place(self):
        self.fill(10)
        query = RecoveryQuery(4)
        last = self.store.recovery_page(query).rows[-1]
        expected = self.store.recoveries()[4:]
        ended = dataclasses.replace(last, state=State.CANCELLED)
        self.store.save(ended, 'me')
        behind = dataclasses.replace(query, limit=99, marker=last.uuid)
        self.assertEqual(expected, self.store.recovery_page(behind).rows)

    def test_an_unknown_marker_is_no_place(self):
        self.fill(3)
        nobody = str(uuid.uuid4())
        with self.assertRaises(errors.UnknownMarker) as caught:
            self.store.recovery_page(RecoveryQuery(3, marker=nobody))
        self.assertIn(nobody, str(caught.exception))
        self.assertIn('marker', str(caught.exception))

    def test_filters(self):
        made = self.fill()
        since = base.START + SECOND
        for wanted, test in (
            ({'host': 'h1'}, lambda r: r.host == 'h1'),
            (
                {'states': frozenset({State.HELD, State.CANCELLED})},
                lambda r: r.state in (State.HELD, State.CANCELLED),
            ),
            ({'active': True}, lambda r: r.state in ACTIVE),
            ({'active': False}, lambda r: r.state in ENDED),
            ({'origin': 'operator'}, lambda r: r.origin == 'operator'),
            ({'changed_since': since}, lambda r: r.updated_at >= since),
            (
                {'host': 'h2', 'active': False, 'origin': 'pacemaker'},
                lambda r: r.host == 'h2' and r.origin == 'pacemaker',
            ),
            ({'host': 'h1', 'active': True}, lambda r: False),
        ):
            with self.subTest(wanted):
                expected = in_order(filter(test, made), listing.NEWEST_FIRST)
                self.assertEqual(expected, self.all_of(3, **wanted))

    def test_changes_since_takes_any_zone_to_the_microsecond(self):
        opened = self.open()
        zone = datetime.timezone(datetime.timedelta(hours=-9))
        for since, expected in (
            (base.START.astimezone(zone), [opened]),
            (base.START + TICK, []),
        ):
            query = RecoveryQuery(9, changed_since=since)
            self.assertEqual(expected, self.store.recovery_page(query).rows)

    def test_names_are_compared_as_written(self):
        upper, lower = self.open('Compute'), self.open('compute')
        for recovery in (upper, lower):
            query = RecoveryQuery(9, host=recovery.host)
            self.assertEqual([recovery], self.store.recovery_page(query).rows)


class PartsPageSuite:
    """Of one recovery: its evacuations, its history."""

    def setUp(self):
        super().setUp()
        self.opened = self.open('h1')
        self.other = self.open('h2')
        for recovery in (self.opened, self.other):
            self.store.claim(recovery.uuid, 'me', 600.0)

    def evacuate(self, count, recovery=None, **fields):
        recovery = recovery or self.opened
        made = [base.new_evacuation(recovery, **fields) for _ in range(count)]
        self.store.save_evacuations(recovery.uuid, 'me', made)
        return made

    def evacuations(self, limit, *wanted, marker=None):
        return self.store.evacuation_page(
            self.opened.uuid, wanted, limit, marker
        )

    def test_evacuations_in_the_order_they_were_added(self):
        made = self.evacuate(5)
        self.evacuate(3, self.other)
        first = self.evacuations(3)
        self.assertEqual((made[:3], True), (first.rows, first.more))
        rest = self.evacuations(3, marker=made[2].instance)
        self.assertEqual((made[3:], False), (rest.rows, rest.more))

    def test_evacuations_by_state(self):
        failed = self.evacuate(2, state=states.EvacuationState.FAILED)
        done = self.evacuate(2, state=states.EvacuationState.SUCCEEDED)
        self.evacuate(2)
        found = self.evacuations(9, states.EvacuationState.FAILED)
        self.assertEqual(failed, found.rows)
        found = self.evacuations(
            9,
            states.EvacuationState.FAILED,
            states.EvacuationState.SUCCEEDED,
            marker=failed[1].instance,
        )
        self.assertEqual(done, found.rows)

    def test_an_instance_of_another_recovery_is_no_marker(self):
        [stranger] = self.evacuate(1, self.other)
        with self.assertRaises(errors.UnknownMarker):
            self.evacuations(9, marker=stranger.instance)

    def test_events_behind_an_id(self):
        lines = [base.new_event(self.opened, f'e{i}') for i in range(5)]
        self.store.save(self.opened, 'me', lines)
        self.store.note(base.new_event(self.other, 'stranger'))
        uuid_ = self.opened.uuid
        whole = self.store.event_page(uuid_, 0, 99)
        self.assertEqual(self.store.events(uuid_), whole.rows)
        ids = [event.id for event in whole.rows]
        self.assertEqual(sorted(set(ids)), ids)
        page = self.store.event_page(uuid_, ids[1], 2)
        self.assertEqual((lines[1:3], True), (page.rows, page.more))
        page = self.store.event_page(uuid_, ids[3], 2)
        self.assertEqual((lines[3:], False), (page.rows, page.more))
        page = self.store.event_page(uuid_, ids[-1], 2)
        self.assertEqual(([], False), (page.rows, page.more))

    def test_no_such_recovery(self):
        nobody = str(uuid.uuid4())
        for call in (
            lambda: self.store.evacuation_page(nobody, (), 9, None),
            lambda: self.store.event_page(nobody, 0, 9),
        ):
            with self.assertRaises(errors.UnknownRecovery):
                call()

    def test_rehearsals(self):
        made = [
            guards_suite.new_rehearsal(f'h{i}', at=base.START + i // 2 * TICK)
            for i in range(5)
        ]
        for rehearsal in made:
            self.store.rehearse(rehearsal)
        newest_first = made[::-1]
        first = self.store.rehearsal_page(2, None)
        self.assertEqual((newest_first[:2], True), (first.rows, first.more))
        rest = self.store.rehearsal_page(9, first.rows[-1].uuid)
        self.assertEqual((newest_first[2:], False), (rest.rows, rest.more))
        self.assertEqual(made[2], self.store.rehearsal(made[2].uuid))
        nobody = str(uuid.uuid4())
        with self.assertRaises(errors.UnknownMarker):
            self.store.rehearsal_page(9, nobody)
        with self.assertRaises(errors.UnknownRehearsal):
            self.store.rehearsal(nobody)


def in_order(recoveries, order):
    """Sort as Python does; ``recoveries`` in the order of their making."""
    found = list(recoveries)
    if Order(SortKey.REQUESTED_AT, descending=False) not in order:
        found.reverse()
    # Python keeps the order of what is equal, also when it sorts in reverse.
    for one in reversed(order):
        found.sort(key=lambda r: value(r, one.key), reverse=one.descending)
    return found


def value(recovery, key):
    found = getattr(recovery, key.value)
    return found.value if isinstance(found, State) else found

# SPDX-License-Identifier: Apache-2.0
"""What every store keeps to, whatever database it is on."""

import dataclasses
import datetime
import time
import uuid

import sqlalchemy as sa

from nova_ha.recovery import errors
from nova_ha.recovery import model
from nova_ha.recovery import spares
from nova_ha.recovery import states
from tests.unit.db import base

State = states.RecoveryState
RACERS = 20
LONG = 600.0
OVER = -1.0  # a lease that has run out when it begins

HARD_TEXT = 'Füße 計算ノード 🔥 \'"; DROP TABLE -- %s %(x)s \\ \n :name'


class RecoverySuite:
    def test_open_keeps_every_field(self):
        recovery = base.new_recovery(
            state=State.FORCING_DOWN,
            reason=HARD_TEXT,
            message=HARD_TEXT,
            generation=0,
            off_proof=model.OffProof(
                'compute-x', 'ipmi', HARD_TEXT, base.START, was_running=True
            ),
            service_before=model.ServiceBefore(True, HARD_TEXT, False),
            service_reported_at=base.START,
            power_on_asked_at=base.START,
            sealed_at=base.START,
            released_at=base.START,
            let_return_at=base.START,
        )
        recovery = dataclasses.replace(recovery, host='rechner-ß-🔥')
        opened = self.store.open(recovery, base.new_event(recovery))
        self.assertEqual(recovery, opened)
        self.assertEqual(recovery, self.new_store().get(recovery.uuid))

    def test_none_is_not_false(self):
        opened = self.open(
            off_proof=model.OffProof('h', 'external', 'w', base.START),
            service_before=model.ServiceBefore(False, None, False),
        )
        self.assertIsNone(opened.off_proof.was_running)
        self.assertIs(opened.service_before.disabled, False)
        plain = self.open()
        self.assertIsNone(plain.off_proof)
        self.assertIsNone(plain.service_before)
        self.assertIsNone(plain.power_on_asked_at)
        self.assertIsNone(plain.sealed_at)
        self.assertIsNone(plain.released_at)
        self.assertIsNone(plain.let_return_at)

    def test_open_with_all_that_led_there(self):
        recovery = base.new_recovery(state=State.FORCING_DOWN)
        names = ['fence_requested', 'off_verified']
        opened = self.store.open(
            recovery, *(base.new_event(recovery, name) for name in names)
        )
        found = [e.name for e in self.store.events(opened.uuid)]
        self.assertEqual(names, found)

    def test_times_are_utc_with_microseconds(self):
        zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
        at = datetime.datetime(2026, 1, 1, 2, 3, 4, 999999, zone)
        opened = self.open(requested_at=at)
        self.assertEqual(at, opened.requested_at)
        self.assertEqual(datetime.UTC, opened.requested_at.tzinfo)

    def test_naive_times_are_refused(self):
        naive = base.START.replace(tzinfo=None)
        with self.assertRaisesRegex(errors.StoreError, 'timezone-aware'):
            self.open(requested_at=naive)

    def test_what_no_database_can_hold_stops_nothing(self):
        opened = self.open(message='a\0b\udcffc', reason='ß🔥' * 100_000)
        self.assertEqual('a\ufffdb?c', opened.message)
        self.assertTrue(opened.reason.startswith('ß🔥'))
        self.assertTrue(opened.reason.endswith('…'))

    def test_one_active_recovery_per_host(self):
        first = self.open('compute-1')
        with self.assertRaises(errors.ActiveRecoveryExists) as caught:
            self.open('compute-1')
        self.assertIn('compute-1', str(caught.exception))
        self.assertEqual([first], self.store.recoveries('compute-1'))

    def test_names_are_compared_as_written(self):
        first, second = self.open('Compute'), self.open('compute')
        self.assertEqual(first, self.store.active('Compute'))
        self.assertEqual(second, self.store.active('compute'))

    def test_one_of_many_that_open_at_once_gets_it(self):
        outcomes = base.contest(RACERS, lambda _: self.open('compute-1'))
        self.assert_one_won(outcomes, errors.ActiveRecoveryExists)
        [won] = self.store.recoveries('compute-1')
        self.assertEqual(1, len(self.store.events(won.uuid)))

    def test_a_host_may_fail_again_after_the_end(self):
        for state in states.FINAL:
            opened = self.open('compute-1')
            ended = dataclasses.replace(opened, state=state)
            self.store.save(ended, 'me')
            self.assertIsNone(self.store.active('compute-1'))
        self.open('compute-1')
        self.assertEqual(3, len(self.store.recoveries('compute-1')))
        self.assertEqual(1, len(self.store.recoveries(active=True)))
        self.assertEqual(2, len(self.store.recoveries(active=False)))

    def test_recoveries_newest_first(self):
        later = base.START + datetime.timedelta(microseconds=1)
        new = self.open(requested_at=later)
        old = self.open()
        as_old = self.open()
        self.assertEqual([new, as_old, old], self.store.recoveries())
        self.assertEqual([new], self.store.recoveries(limit=1))

    def test_unknown(self):
        nobody = str(uuid.uuid4())
        stray = base.new_recovery()
        self.assertIsNone(self.store.active('compute-1'))
        self.assertEqual([], self.store.recoveries())
        for call in (
            lambda: self.store.get(nobody),
            lambda: self.store.claim(nobody, 'me', LONG),
            lambda: self.store.save(stray, 'me'),
            lambda: self.store.save_evacuations(nobody, 'me', []),
            lambda: self.store.note(base.new_event(stray)),
        ):
            with self.assertRaises(errors.UnknownRecovery):
                call()

    def test_check_writes_and_leaves_nothing(self):
        before = self.store.recoveries()
        self.store.check()
        self.assertEqual(before, self.store.recoveries())

    def assert_one_won(self, outcomes, refusal):
        won = [o for o in outcomes if not isinstance(o, Exception)]
        lost = [o for o in outcomes if isinstance(o, Exception)]
        self.assertEqual(1, len(won), outcomes)
        self.assertEqual({refusal}, set(map(type, lost)))


class SaveSuite:
    def test_save_writes_what_may_change(self):
        opened = self.open()
        later = base.START + datetime.timedelta(seconds=1)
        wanted = dataclasses.replace(
            opened,
            state=State.FORCING_DOWN,
            reason='other',
            message='telling nova',
            requested_at=later,
            fencing_since=later,
            state_since=later,
            updated_at=later,
            off_proof=model.OffProof(opened.host, 'ipmi', 'w', later, False),
            service_before=model.ServiceBefore(False, None, False),
            service_reported_at=later,
            power_on_asked_at=later,
            sealed_at=later,
        )
        saved = self.store.save(wanted, 'me')
        self.assertEqual(dataclasses.replace(wanted, generation=1), saved)
        self.assertEqual(saved, self.store.get(opened.uuid))
        again = dataclasses.replace(
            saved, off_proof=None, service_before=None, power_on_asked_at=None
        )
        emptied = self.store.save(again, 'me')
        self.assertIsNone(emptied.off_proof)
        self.assertIsNone(emptied.power_on_asked_at)

    def test_save_leaves_owner_and_origin_alone(self):
        opened = self.open()
        claimed = self.store.claim(opened.uuid, 'me', LONG)
        forged = dataclasses.replace(
            opened, owner='x', lease_expires_at=None, origin='x', host='x'
        )
        saved = self.store.save(forged, 'me')
        self.assertEqual(dataclasses.replace(claimed, generation=1), saved)

    def test_an_old_generation_is_refused(self):
        opened = self.open()
        self.store.save(opened, 'me', [base.new_event(opened, 'one')])
        with self.assertRaises(errors.StaleRecovery):
            self.store.save(opened, 'me', [base.new_event(opened, 'two')])
        self.assertEqual(1, self.store.get(opened.uuid).generation)
        self.assert_history(opened, ['fence_requested', 'one'])

    def test_one_of_many_that_save_at_once_gets_it(self):
        opened = self.open()
        outcomes = base.contest(
            RACERS,
            lambda i: self.store.save(
                opened, 'me', [base.new_event(opened, f'by-{i}')]
            ),
        )
        self.assert_one_won(outcomes, errors.StaleRecovery)
        self.assertEqual(1, self.store.get(opened.uuid).generation)
        self.assertEqual(2, len(self.store.events(opened.uuid)))

    def test_a_failing_event_rolls_the_state_back(self):
        opened = self.open()
        moved = dataclasses.replace(opened, state=State.FENCING)
        good = base.new_event(opened, 'started')
        bad = base.new_event(opened, None)
        with self.assertRaises(errors.StoreUnavailable):
            self.store.save(moved, 'me', [good, bad])
        self.assertEqual(opened, self.store.get(opened.uuid))
        self.assert_history(opened, ['fence_requested'])

    def test_a_failing_event_opens_nothing(self):
        recovery = base.new_recovery()
        bad = base.new_event(recovery, None)
        with self.assertRaises(errors.StoreUnavailable):
            self.store.open(recovery, bad)
        self.assertIsNone(self.store.active(recovery.host))

    def test_history_is_kept_in_the_order_of_writing(self):
        opened = self.open()
        early = base.START - datetime.timedelta(days=1)
        note = base.new_event(
            opened,
            'fence_answered',
            at=early,
            message=HARD_TEXT,
            instance=str(uuid.uuid4()),
        )
        self.store.note(note)
        events = [base.new_event(opened, f'e{i}') for i in range(5)]
        self.store.save(opened, 'me', events)
        self.assertEqual(
            [base.new_event(opened), note, *events],
            self.store.events(opened.uuid),
        )

    def assert_history(self, recovery, names):
        events = self.store.events(recovery.uuid)
        self.assertEqual(names, [event.name for event in events])


class LeaseSuite:
    def test_a_lease_keeps_others_out(self):
        opened = self.open()
        claimed = self.store.claim(opened.uuid, 'a', LONG)
        self.assertEqual(('a', 0), (claimed.owner, claimed.generation))
        for call in (
            lambda: self.store.claim(opened.uuid, 'b', LONG),
            lambda: self.store.save(claimed, 'b'),
            lambda: self.store.save_evacuations(opened.uuid, 'b', []),
        ):
            with self.assertRaises(errors.NotOwner) as caught:
                call()
            self.assertIn('driven by a', str(caught.exception))
        self.assertEqual(claimed, self.store.get(opened.uuid))
        self.assertEqual([], self.store.claimable('b'))
        self.assertEqual([claimed], self.store.claimable('a'))

    def test_opened_with_a_lease(self):
        """Nobody else gets at it, not even at once."""
        recovery = base.new_recovery(owner='a')
        self.store.open(recovery, base.new_event(recovery), lease=LONG)
        self.assertEqual([], self.store.claimable('b'))
        with self.assertRaises(errors.NotOwner):
            self.store.claim(recovery.uuid, 'b', LONG)
        [ours] = self.store.claimable('a')
        self.assertEqual('a', ours.owner)

    def test_opened_with_a_lease_that_ran_out(self):
        recovery = base.new_recovery(owner='a')
        self.store.open(recovery, base.new_event(recovery), lease=OVER)
        [taken] = self.store.claimable('b')
        self.assertEqual(recovery.uuid, taken.uuid)

    def test_a_lease_is_as_long_as_asked_for(self):
        opened = self.open()
        before = datetime.datetime.now(datetime.UTC)
        claimed = self.store.claim(opened.uuid, 'a', 90.25)
        after = datetime.datetime.now(datetime.UTC)
        lease = datetime.timedelta(seconds=90.25)
        grain = datetime.timedelta(milliseconds=1)
        self.assertGreaterEqual(
            claimed.lease_expires_at, before + lease - grain
        )
        self.assertLessEqual(claimed.lease_expires_at, after + lease + grain)

    def test_a_lease_that_ran_out_may_be_taken_over(self):
        opened = self.open()
        self.store.claim(opened.uuid, 'a', OVER)
        [claimable] = self.store.claimable('b')
        self.assertEqual(opened.uuid, claimable.uuid)
        taken = self.store.claim(opened.uuid, 'b', LONG)
        self.assertEqual('b', taken.owner)
        with self.assertRaises(errors.NotOwner):
            self.store.save(opened, 'a')

    def test_takeover_at_the_moment_it_runs_out(self):
        opened = self.open()
        lease = 0.3
        begun = time.monotonic()
        self.store.claim(opened.uuid, 'a', lease)
        held = time.monotonic()
        while time.monotonic() < begun + 30:
            try:
                self.store.claim(opened.uuid, 'b', LONG)
                break
            except errors.NotOwner:
                continue
        waited = time.monotonic() - begun
        self.assertGreaterEqual(waited, lease - 0.002)
        self.assertLess(time.monotonic() - held, lease + 5)

    def test_a_late_owner_goes_on_while_nobody_else_came(self):
        opened = self.open()
        self.store.claim(opened.uuid, 'a', OVER)
        self.assertEqual(1, self.store.save(opened, 'a').generation)

    def test_one_of_many_claims_it(self):
        opened = self.open()
        outcomes = base.contest(
            RACERS, lambda i: self.store.claim(opened.uuid, f'c{i}', LONG)
        )
        self.assert_one_won(outcomes, errors.NotOwner)

    def test_renew_and_release_touch_own_leases_only(self):
        ours, theirs = self.open(), self.open()
        self.store.claim(ours.uuid, 'a', OVER)
        self.store.claim(theirs.uuid, 'b', OVER)
        self.assertEqual(1, self.store.renew('a', LONG))
        self.assertEqual([theirs.uuid], self.claimable_by('c'))
        self.assertEqual(1, self.store.release('a'))
        self.assertEqual(0, self.store.release('a'))
        self.assertEqual([ours.uuid, theirs.uuid], self.claimable_by('c'))
        self.assertIsNone(self.store.get(ours.uuid).owner)

    def test_an_ended_recovery_is_claimed_and_renewed_no_more(self):
        opened = self.open()
        self.store.claim(opened.uuid, 'a', LONG)
        ended = dataclasses.replace(opened, state=State.COMPLETED)
        self.store.save(ended, 'a')
        self.assertEqual([], self.store.claimable('a'))
        self.assertEqual(0, self.store.renew('a', LONG))

    def claimable_by(self, owner):
        return [recovery.uuid for recovery in self.store.claimable(owner)]


class EvacuationSuite:
    def test_related_evacuations(self):
        """Of active recoveries only, by restart group or by instance."""
        first, second, over = (self.open() for _ in range(3))
        rows = {}
        for recovery, name, group in (
            (first, 'db', 'db'),
            (first, 'apart', ''),
            (second, 'web', 'web'),
            (second, 'loner', ''),
            (over, 'past', 'db'),
        ):
            row = base.new_evacuation(recovery, name=name, group=group)
            rows[name] = row
            self.store.claim(recovery.uuid, 'me', 600.0)
            self.store.save_evacuations(recovery.uuid, 'me', [row])
        over = dataclasses.replace(
            over, state=states.RecoveryState.CANCELLED, owner='me'
        )
        self.store.save(over, 'me')
        for groups, names, expected in (
            ((), (), []),
            (('db',), (), ['db']),
            (('db', 'web'), (), ['db', 'web']),
            ((), ('apart', 'past'), ['apart']),
            (('web',), ('apart', 'web'), ['apart', 'web']),
        ):
            with self.subTest(groups=groups, names=names):
                instances = [rows[name].instance for name in names]
                found = self.store.related(groups, instances)
                self.assertEqual([rows[name] for name in expected], found)

    def test_evacuations_keep_every_field_and_their_order(self):
        opened = self.open()
        first = base.new_evacuation(
            opened,
            name=HARD_TEXT,
            state=states.EvacuationState.MIGRATING,
            target='compute-2',
            attempts=2,
            last_migration=2**40,
            reset_state=True,
            migration=2**40 + 1,
            request_id='req-' + str(uuid.uuid4()),
            asked_at=base.START,
            not_before=base.START,
            ended_at=base.START,
            message=HARD_TEXT,
        )
        second = base.new_evacuation(opened)
        self.store.save_evacuations(opened.uuid, 'me', [first, second])
        third = base.new_evacuation(opened)
        second = dataclasses.replace(second, target='compute-3')
        self.store.save_evacuations(opened.uuid, 'me', [third, second])
        self.assertEqual(
            [first, second, third], self.store.evacuations(opened.uuid)
        )
        self.assertEqual([], self.store.evacuations(str(uuid.uuid4())))

    def test_an_instance_may_be_evacuated_by_two_recoveries(self):
        first, second = self.open(), self.open()
        one = base.new_evacuation(first)
        two = base.new_evacuation(second, instance=one.instance, name='two')
        self.store.save_evacuations(first.uuid, 'me', [one])
        self.store.save_evacuations(second.uuid, 'me', [two])
        self.assertEqual([one], self.store.evacuations(first.uuid))
        self.assertEqual([two], self.store.evacuations(second.uuid))

    def test_their_events_are_of_the_same_transaction(self):
        opened = self.open()
        evacuation = base.new_evacuation(opened)
        good = base.new_event(opened, 'asked', instance=evacuation.instance)
        self.store.save_evacuations(opened.uuid, 'me', [evacuation], [good])
        moved = dataclasses.replace(evacuation, attempts=1)
        bad = base.new_event(opened, None)
        with self.assertRaises(errors.StoreUnavailable):
            self.store.save_evacuations(opened.uuid, 'me', [moved], [bad])
        self.assertEqual([evacuation], self.store.evacuations(opened.uuid))
        self.assertEqual([good], self.store.events(opened.uuid)[1:])

    def test_they_leave_the_generation_alone(self):
        opened = self.open()
        evacuation = base.new_evacuation(opened)
        self.store.save_evacuations(opened.uuid, 'me', [evacuation])
        self.assertEqual(opened, self.store.get(opened.uuid))

    def test_nothing_of_another_owner_is_written(self):
        opened = self.open()
        evacuation = base.new_evacuation(opened)
        self.store.save_evacuations(opened.uuid, 'a', [evacuation])
        self.store.claim(opened.uuid, 'b', LONG)
        moved = dataclasses.replace(evacuation, attempts=1)
        event = base.new_event(opened, 'asked')
        with self.assertRaises(errors.NotOwner):
            self.store.save_evacuations(opened.uuid, 'a', [moved], [event])
        self.assertEqual([evacuation], self.store.evacuations(opened.uuid))
        self.assertEqual(1, len(self.store.events(opened.uuid)))

    def test_many_writers_lose_nothing(self):
        opened = self.open()
        mine = [
            [base.new_evacuation(opened) for _ in range(10)]
            for _ in range(RACERS)
        ]

        def save(i):
            for attempts in range(3):
                moved = [
                    dataclasses.replace(e, attempts=attempts) for e in mine[i]
                ]
                self.store.save_evacuations(opened.uuid, 'me', moved)

        self.assertEqual([None] * RACERS, base.contest(RACERS, save))
        found = self.store.evacuations(opened.uuid)
        self.assertEqual(10 * RACERS, len(found))
        self.assertEqual({2}, {evacuation.attempts for evacuation in found})

    def test_a_thousand_take_no_more_statements_than_one(self):
        """Rows go to the database together, however many there are."""
        one, thousand = self.statements(1), self.statements(1000)
        self.assertGreater(one, 0)
        self.assertEqual(one, thousand)

    def statements(self, count):
        """How many it takes to insert and then update so many."""
        opened = self.open()
        many = [base.new_evacuation(opened) for _ in range(count)]
        moved = [dataclasses.replace(e, attempts=1) for e in many]
        sent = []

        def note(_connection, _cursor, statement, *_):
            sent.append(statement)

        sa.event.listen(sa.Engine, 'before_cursor_execute', note)
        try:
            self.store.save_evacuations(opened.uuid, 'me', many)
            self.store.save_evacuations(opened.uuid, 'me', moved)
        finally:
            sa.event.remove(sa.Engine, 'before_cursor_execute', note)
        self.assertEqual(moved, self.store.evacuations(opened.uuid))
        return len(sent)


class LoanSuite:
    def test_take_keeps_every_field(self):
        loan = base.new_loan(
            self.open('compute-1'),
            spare='rechner-ß-🔥',
            message=HARD_TEXT,
            undo=spares.Undo(
                HARD_TEXT,
                (spares.Joined(7, HARD_TEXT), spares.Joined(8, 'ssd')),
                enabled=False,
            ),
        )
        line = base.new_event(self.store.get(loan.recovery), 'spare_taking')
        taken = self.store.take_spare(loan, 'me', LONG, [line])
        self.assertIsNotNone(taken.lease_expires_at)
        expected = dataclasses.replace(
            loan, owner='me', lease_expires_at=taken.lease_expires_at
        )
        self.assertEqual(expected, taken)
        self.assertEqual([taken], self.new_store().loans())
        names = [e.name for e in self.store.events(loan.recovery)]
        self.assertEqual('spare_taking', names[-1])

    def test_a_spare_is_lent_once(self):
        first = self.take('spare-1')
        with self.assertRaises(errors.SpareTaken) as caught:
            self.take('spare-1')
        self.assertIn('spare-1', str(caught.exception))
        self.take('Spare-1')
        self.assertEqual([first], self.store.loans(spare='spare-1'))

    def test_one_of_many_that_take_at_once_gets_it(self):
        hosts = [self.open().uuid for _ in range(RACERS)]
        outcomes = base.contest(
            RACERS,
            lambda i: self.store.take_spare(
                base.new_loan(self.store.get(hosts[i]), spare='spare-1'),
                'me',
                LONG,
            ),
        )
        self.assert_one_won(outcomes, errors.SpareTaken)
        [won] = self.store.loans()
        self.assertIn(won, outcomes)

    def test_it_may_be_lent_again_after_the_end(self):
        for state in spares.ENDED:
            taken = self.take('spare-1')
            ended = dataclasses.replace(
                taken, state=state, returned_at=base.START
            )
            saved = self.store.save_loan(ended, 'me')
            self.assertEqual(base.START, saved.returned_at)
            self.assertEqual([], self.store.loans(open_only=True))
        last = self.take('spare-1')
        self.assertEqual(3, len(self.store.loans(spare='spare-1')))
        self.assertEqual([last], self.store.loans(open_only=True))
        self.assertEqual([last], self.store.loans(recovery=last.recovery))

    def test_only_who_drives_the_recovery_takes(self):
        opened = self.open()
        self.store.claim(opened.uuid, 'other', LONG)
        with self.assertRaises(errors.NotOwner):
            self.store.take_spare(base.new_loan(opened), 'me', LONG)
        stray = base.new_loan(base.new_recovery())
        with self.assertRaises(errors.UnknownRecovery):
            self.store.take_spare(stray, 'me', LONG)
        self.assertEqual([], self.store.loans())

    def test_an_old_generation_is_refused(self):
        taken = self.take('spare-1')
        saved = self.store.save_loan(
            dataclasses.replace(taken, state=spares.LoanState.LENT), 'me'
        )
        self.assertEqual(taken.generation + 1, saved.generation)
        line = base.new_event(self.store.get(taken.recovery), 'spare_kept')
        with self.assertRaises(errors.StaleRecovery) as caught:
            self.store.save_loan(taken, 'me', [line])
        self.assertIn('lent', str(caught.exception))
        names = [e.name for e in self.store.events(taken.recovery)]
        self.assertNotIn('spare_kept', names)
        with self.assertRaises(errors.UnknownLoan):
            self.store.save_loan(
                dataclasses.replace(taken, uuid=str(uuid.uuid4())), 'me'
            )

    def test_one_sees_to_a_loan(self):
        taken = self.take('spare-1')
        self.assertEqual([], self.store.claim_loans('other', LONG))
        with self.assertRaises(errors.NotOwner):
            self.store.save_loan(taken, 'other')
        [again] = self.store.claim_loans('me', LONG)
        self.assertEqual(taken.generation, again.generation)
        self.store.release('me')
        [theirs] = self.store.claim_loans('other', LONG)
        self.assertEqual('other', theirs.owner)
        self.assertEqual([], self.store.claim_loans('me', LONG))

    def test_a_lease_that_ran_out_is_taken_over(self):
        self.take('spare-1', lease=OVER)
        [theirs] = self.store.claim_loans('other', LONG)
        self.assertEqual('other', theirs.owner)

    def test_ended_loans_are_not_claimed(self):
        taken = self.take('spare-1', lease=OVER)
        ended = dataclasses.replace(taken, state=spares.LoanState.KEPT)
        self.store.save_loan(ended, 'me')
        self.assertEqual([], self.store.claim_loans('other', LONG))

    def take(self, spare, lease=LONG):
        loan = base.new_loan(self.open(), spare=spare)
        return self.store.take_spare(loan, 'me', lease)


class StoreSuite(
    RecoverySuite, SaveSuite, LeaseSuite, EvacuationSuite, LoanSuite
):
    """All of it."""

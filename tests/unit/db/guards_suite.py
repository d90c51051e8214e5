# SPDX-License-Identifier: Apache-2.0
"""The mode and what observing writes down, whatever the database."""

import dataclasses
import datetime
import pathlib
import uuid

from nova_ha.db import modes
from nova_ha.recovery import errors
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing
from nova_ha.recovery.rehearsal import Rehearsal
from nova_ha.recovery.rehearsal import RehearsedInstance
from tests.unit.db import base

HARD_TEXT = 'Füße 計算ノード 🔥 \'"; DROP TABLE -- %s \\ \n :name'
SKEW = datetime.timedelta(minutes=5)


def new_rehearsal(host='compute-1', instances=2, **fields):
    values = {
        'uuid': str(uuid.uuid4()),
        'host': host,
        'at': base.START,
        'controller': 'c1',
        'origin': 'pacemaker',
        'reason': HARD_TEXT,
        'summary': HARD_TEXT,
        'instances': tuple(
            RehearsedInstance(str(uuid.uuid4()), f'vm-{i}', i % 2 == 0, 'why')
            for i in range(instances)
        ),
    }
    return Rehearsal(**{**values, **fields})


class GuardsSuite:
    """Mixed into a StoreTest."""

    def remembered(self, name='mode.json'):
        return modes.RememberedModes(
            self.new_store(), pathlib.Path(self.directory, name)
        )

    def test_armed_where_nobody_has_set_a_mode(self):
        self.assertEqual([], self.store.modes(5))
        self.assertEqual(ARMED, self.remembered().read())

    def test_the_newest_mode_counts_for_all(self):
        for mode in (Mode.PAUSED, Mode.OBSERVE, Mode.PAUSED):
            wanted = Standing(mode, base.START, 'root', HARD_TEXT)
            written = self.store.set_mode(wanted)
            self.assertEqual((mode, 'root'), (written.mode, written.by))
            self.assertEqual(HARD_TEXT, written.reason)
            self.assertEqual(written, self.remembered().read())
        self.assertEqual(
            [Mode.PAUSED, Mode.OBSERVE, Mode.PAUSED],
            [standing.mode for standing in self.new_store().modes(5)],
        )

    def test_its_time_is_the_databases(self):
        """A controller whose clock is late sets it all the same."""
        self.store.set_mode(Standing(Mode.OBSERVE, base.START + SKEW, 'a'))
        late = Standing(Mode.ARMED, base.START - SKEW, 'b')
        written = self.store.set_mode(late)
        self.assertEqual([written], self.store.modes(1))
        now = datetime.datetime.now(datetime.UTC)
        self.assertLess(abs(now - written.since), SKEW)

    def test_many_that_set_it_at_once(self):
        words = [Mode.ARMED, Mode.PAUSED, Mode.OBSERVE]
        base.contest(
            12,
            lambda i: self.store.set_mode(Standing(words[i % 3], by=str(i))),
        )
        self.assertEqual(12, len(self.store.modes(100)))

    def test_the_last_known_mode_survives_a_restart(self):
        written = self.remembered().write(Standing(Mode.OBSERVE, by='root'))
        again = self.remembered()
        self.assertEqual(written, again.last_known())
        self.assertIsNone(self.remembered('other.json').last_known())

    def test_a_spoilt_memory_is_no_memory(self):
        pathlib.Path(self.directory, 'mode.json').write_text('{"mode": "x"}')
        with self.assertLogs('nova_ha.db.modes', 'ERROR'):
            self.assertIsNone(self.remembered().last_known())

    def test_an_unknown_mode_is_not_taken_for_another(self):
        class Newer:
            value = 'newer'

        with self.assertRaisesRegex(errors.StoreError, 'newer nova-ha'):
            self.store.set_mode(Standing(Newer, by='root'))

    def test_rehearsals_are_given_back_as_they_were(self):
        old = new_rehearsal()
        later = base.START + datetime.timedelta(seconds=1)
        new = new_rehearsal('compute-2', instances=0, at=later)
        self.store.rehearse(old)
        self.store.rehearse(new)
        self.assertEqual([new, old], self.new_store().rehearsals())
        self.assertEqual([old], self.store.rehearsals(host='compute-1'))
        self.assertEqual([new], self.store.rehearsals(limit=1))
        self.assertEqual([], self.store.rehearsals(host='compute-3'))

    def test_rehearsals_are_no_recoveries(self):
        self.store.rehearse(new_rehearsal())
        self.assertEqual([], self.store.recoveries())
        self.assertIsNone(self.store.active('compute-1'))

    def test_words_that_overrule_are_kept(self):
        opened = self.open()
        saved = self.store.save(
            dataclasses.replace(
                opened,
                released_at=base.START,
                let_return_at=base.START + SKEW,
            ),
            'me',
        )
        self.assertEqual(base.START, saved.released_at)
        self.assertEqual(base.START + SKEW, saved.let_return_at)

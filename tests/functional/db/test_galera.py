# SPDX-License-Identifier: Apache-2.0
"""Two controllers, each at its own node of a Galera cluster.

On Galera a transaction learns only when it commits that another node was
quicker, so what one MariaDB guards by locks has to be seen here.
"""

import dataclasses

from nova_ha.db import database
from nova_ha.db import evacuations
from nova_ha.recovery import errors
from tests.functional import servers
from tests.functional.db import test_servers
from tests.unit.db import base
from tests.unit.db import store_suite

LEASE = 600.0
RACERS = 20
ROUNDS = 5


class GaleraTest(base.StoreTest):
    def make_conf(self):
        urls = servers.galera().new_database()
        self.confs = [self.controller(url) for url in urls]
        return self.confs[0]

    def controller(self, url):
        conf = test_servers.patient(base.configuration(url))
        # A node must have taken in what the other has committed before it
        # answers: what an operator of several controllers sets.
        conf.set_override('mysql_wsrep_sync_wait', 7, group='database')
        return conf

    def setUp(self):
        super().setUp()
        self.stores = [self.store]
        self.conf = self.confs[1]
        self.stores.append(self.new_store())

    def at(self, number):
        """Return the stores in turn."""
        return self.stores[number % 2]

    def assert_one_won(self, outcomes, refusal):
        lost = [o for o in outcomes if isinstance(o, Exception)]
        self.assertEqual(len(outcomes) - 1, len(lost), outcomes)
        self.assertEqual({refusal}, set(map(type, lost)))

    def test_one_opens(self):
        for i in range(ROUNDS):

            def open_at(number, host=f'compute-{i}'):
                new = base.new_recovery(host)
                return self.at(number).open(new, base.new_event(new))

            outcomes = base.race(RACERS, open_at)
            self.assert_one_won(outcomes, errors.ActiveRecoveryExists)

    def test_one_claims(self):
        for _ in range(ROUNDS):
            uuid = self.open().uuid
            outcomes = base.race(
                RACERS, lambda i, u=uuid: self.at(i).claim(u, f'c{i}', LEASE)
            )
            self.assert_one_won(outcomes, errors.NotOwner)

    def test_one_saves(self):
        for _ in range(ROUNDS):
            opened = self.open()
            outcomes = base.race(
                RACERS,
                lambda i, r=opened: self.at(i).save(
                    r, 'me', [base.new_event(r)]
                ),
            )
            self.assert_one_won(outcomes, errors.StaleRecovery)
            self.assertEqual(2, len(self.stores[1].events(opened.uuid)))

    def test_a_takeover_undoes_what_the_former_owner_has_under_way(self):
        """It would have been right a moment ago, on the other node."""
        opened = self.open()
        self.store.claim(opened.uuid, 'a', store_suite.OVER)
        evacuation = base.new_evacuation(opened)
        # A new one would refer to the row of the recovery, and conflict by
        # that alone.
        self.store.save_evacuations(opened.uuid, 'a', [evacuation])
        moved = dataclasses.replace(evacuation, attempts=1)
        made = database.Database(self.confs[0])
        self.addCleanup(made.close)
        attempts = []

        def work(session):
            attempts.append(1)
            evacuations.save(session, opened.uuid, 'a', [moved], [])
            if len(attempts) == 1:
                self.stores[1].claim(opened.uuid, 'b', LEASE)

        with self.assertRaises(errors.NotOwner):
            made.write(work)
        self.assertEqual(2, len(attempts))
        self.assertEqual([evacuation], self.stores[1].evacuations(opened.uuid))

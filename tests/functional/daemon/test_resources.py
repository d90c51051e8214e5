# SPDX-License-Identifier: Apache-2.0
"""The resources of the REST API: real daemon, real store, real BMC, no nova.

Each answer is what the API's own description says of it.
"""

import datetime
import time
from urllib import parse
import uuid

import jsonschema

from nova_ha.pacemaker import client
from nova_ha.recovery import states
from tests.functional.daemon import base
from tests.functional.daemon.process import wait_until
from tests.unit.api.test_resources import operation_of
from tests.unit.db import base as db_base

State = states.RecoveryState
CREATE = {'host': 'compute1', 'off': 'driver', 'reason': 'smoke'}


class ResourceTest(base.DaemonTest):
    def setUp(self):
        super().setUp()
        self.fencer.make_store()

    def ask(self, method, path, body=None, seconds=30):
        found = self.fencer.ask(method, path, body, seconds)
        schema = operation_of(method, path.partition('?')[0]).answer
        jsonschema.Draft202012Validator(schema).validate(found)
        return found

    def get(self, path, **query):
        if query:
            path = f'{path}?{parse.urlencode(query, doseq=True)}'
        return self.ask('GET', path)

    def refused(self, code, method, path, body=None):
        """Return what is said about it."""
        with self.assertRaises(client.Refused) as caught:
            self.fencer.ask(method, path, body, 120)
        self.assertEqual(code, caught.exception.code, caught.exception)
        return str(caught.exception)


class ListTest(ResourceTest):
    """What is in the store, page by page."""

    def setUp(self):
        super().setUp()
        store = self.fencer.store()
        self.addCleanup(store.close)
        self.made = []
        for number in range(7):
            at = db_base.START + datetime.timedelta(seconds=number // 2)
            recovery = db_base.new_recovery(
                f'h{number}',
                state=State.COMPLETED if number % 3 else State.CANCELLED,
                requested_at=at,
                updated_at=at,
            )
            line = db_base.new_event(recovery)
            self.made.append(store.open(recovery, line))
        newest = self.made[-1]
        store.claim(newest.uuid, 'me', 60)
        self.rows = [db_base.new_evacuation(newest) for _ in range(5)]
        store.save_evacuations(newest.uuid, 'me', self.rows)
        for number in range(5):
            store.note(db_base.new_event(newest, f'e{number}'))
        store.release('me')
        self.fencer.start()

    def pages(self, path, name, **query):
        """Follow the links to the last page; return rows and pages."""
        rows, pages = [], 0
        found = self.get(path, **query)
        while True:
            pages += 1
            rows += found[name]
            links = found.get(f'{name}_links')
            if not links:
                return rows, pages
            url = parse.urlsplit(links[0]['href'])
            found = self.ask('GET', f'{url.path}?{url.query}')

    def uuids(self, rows):
        return [row['uuid'] for row in rows]

    def test_recoveries(self):
        newest_first = [r.uuid for r in reversed(self.made)]
        for limit, expected in ((3, 3), (7, 1), (1000, 1)):
            rows, pages = self.pages(
                '/v1/recoveries', 'recoveries', limit=limit
            )
            self.assertEqual(newest_first, self.uuids(rows))
            self.assertEqual(expected, pages)

    def test_recoveries_by_host_and_state_in_order(self):
        rows, pages = self.pages(
            '/v1/recoveries',
            'recoveries',
            state=['completed', 'held'],
            sort='state,host:desc',
            limit=2,
        )
        self.assertEqual(['h5', 'h4', 'h2', 'h1'], [r['host'] for r in rows])
        self.assertEqual(2, pages)
        since = (db_base.START + datetime.timedelta(seconds=2)).isoformat()
        for query, expected in (
            ({'host': 'h3'}, ['h3']),
            ({'changes-since': since}, ['h6', 'h5', 'h4']),
            ({'active': 'true'}, []),
            ({'origin': 'nobody'}, []),
        ):
            found = self.get('/v1/recoveries', **query)['recoveries']
            self.assertEqual(expected, [r['host'] for r in found], query)

    def test_evacuations_and_history(self):
        path = f'/v1/recoveries/{self.made[-1].uuid}'
        rows, pages = self.pages(f'{path}/evacuations', 'evacuations', limit=2)
        self.assertEqual(
            [e.instance for e in self.rows], [r['instance'] for r in rows]
        )
        self.assertEqual(3, pages)
        rows, pages = self.pages(f'{path}/events', 'events', limit=2)
        names = ['fence_requested', *(f'e{n}' for n in range(5))]
        self.assertEqual(names, [r['name'] for r in rows])
        after = rows[3]['id']
        found = self.get(f'{path}/events', after=after)['events']
        self.assertEqual(['e3', 'e4'], [e['name'] for e in found])
        shown = self.get(path)
        self.assertEqual(rows, shown['events'])

    def test_what_is_not_there(self):
        nobody = str(uuid.uuid4())
        path = f'/v1/recoveries/{nobody}'
        for part in ('', '/evacuations', '/events'):
            self.refused('recovery.unknown', 'GET', path + part)
        self.refused(
            'request.marker', 'GET', f'/v1/recoveries?marker={nobody}'
        )
        mine = f'/v1/recoveries/{self.made[-1].uuid}/evacuations'
        self.refused('request.marker', 'GET', f'{mine}?marker={nobody}')
        self.refused('rehearsal.unknown', 'GET', f'/v1/rehearsals/{nobody}')
        said = self.refused('request.invalid', 'GET', '/v1/recoveries?page=2')
        self.assertIn('page', said)
        self.assertIn('marker', said)


class CreateTest(ResourceTest):
    def setUp(self):
        super().setUp()
        self.fencer.start()

    def test_by_its_driver(self):
        made = self.ask('POST', '/v1/recoveries', CREATE)['recovery']
        self.assertEqual(
            ('fencing', 'operator'), (made['state'], made['origin'])
        )
        self.wait_for_state('forcing_down')  # nova is away
        self.assertEqual('off', self.power())
        for off in ('driver', 'confirmed'):
            said = self.refused(
                'store.active-exists',
                'POST',
                '/v1/recoveries',
                {**CREATE, 'off': off},
            )
            self.assertIn(made['uuid'], said)
        shown = self.get(f'/v1/recoveries/{made["uuid"]}')
        self.assertEqual(
            ['fence_requested', 'off_verified'],
            [e['name'] for e in shown['events'][:2]],
        )

    def test_no_word_while_the_bmc_says_on(self):
        body = {**CREATE, 'off': 'confirmed'}
        said = self.refused('host.alive', 'POST', '/v1/recoveries', body)
        self.assertIn('powered on', said)
        self.assertIsNone(self.newest())

    def test_a_word_when_the_bmc_is_silent(self):
        """By the command of the controller, which says who gave it."""
        with self.bmc_hangs():
            done = self.fencer.manage(
                *('recovery', 'create', 'compute1', '--off', 'confirmed'),
                *('--reason', 'the rack burns'),
            )
            # While nobody contradicts: the BMC is about to say "on".
            newest = self.newest()
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        self.assertIn('of compute1 is forcing_down', done.stdout)
        self.assertIs(State.FORCING_DOWN, newest.state)
        self.assertRegex(newest.off_proof.witness, '^confirmed by .')
        self.assertIn('the rack burns (created by', newest.reason)
        # The word was wrong, so it counts no longer.
        wait_until(lambda: self.power() == 'off', 'power-off')
        found = self.wait_for_state('forcing_down')
        self.assertNotIn('confirmed', found.off_proof.witness)

    def test_the_command_fails_with_a_line(self):
        done = self.fencer.manage(
            *('recovery', 'create', 'compute9', '--off', 'driver'),
            *('--reason', 'x'),
        )
        self.assertEqual(1, done.returncode)
        self.assertIn('compute9', done.stderr)
        self.assertEqual(1, len(done.stderr.splitlines()))

    def test_nothing_while_observing_but_a_rehearsal(self):
        mode = {'mode': 'observe', 'reason': 'first week'}
        self.ask('PUT', '/v1/mode', mode)
        said = self.refused('mode.observe', 'POST', '/v1/recoveries', CREATE)
        self.assertIn('first week', said)
        self.assertEqual('on', self.power())
        found = wait_until(
            lambda: self.get('/v1/rehearsals')['rehearsals'], 'rehearsal'
        )
        [one] = found
        self.assertIn('smoke', one['reason'])
        shown = self.get(f'/v1/rehearsals/{one["uuid"]}')['rehearsal']
        self.assertEqual(one, shown)


class LookTest(ResourceTest):
    def setUp(self):
        super().setUp()
        self.fencer.start()

    def test_hosts_in_detail_without_nova(self):
        began = time.monotonic()
        [found] = self.get('/v1/hosts', detail='true')['hosts']
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual(
            ('compute1', ['ipmi'], None, None),
            (
                found['name'],
                found['drivers'],
                found['nova'],
                found['cluster'],
            ),
        )
        self.assertIs(False, found['protected'])
        self.assertIn('Nova could not be asked', found['why'][0])
        self.assertEqual(found, self.get('/v1/hosts/compute1')['host'])
        self.refused('host.unknown', 'GET', '/v1/hosts/compute9')

    def test_check(self):
        path = '/v1/hosts/compute1/check'
        check = self.ask('POST', path)['check']
        self.assertIs(True, check['ok'], check)
        [device] = check['devices']
        self.assertEqual(
            ('ipmi', 'on', 'ok'),
            tuple(device[key] for key in ('driver', 'state', 'result')),
        )
        self.assertIn(str(self.bmcs['compute1'].port), device['address'])
        with self.bmc_hangs():
            check = self.ask('POST', path, seconds=60)['check']
        self.assertIs(False, check['ok'])
        self.assertEqual('unknown', check['devices'][0]['state'])
        self.assertNotIn(base.PASSWORD, str(check))
        self.assertEqual('on', self.power())

    def test_nova_is_away(self):
        for path in (
            '/v1/hosts/compute1/explain',
            f'/v1/servers/{uuid.uuid4()}/explain',
            '/v1/capacity',
            '/v1/snapshots',
        ):
            with self.subTest(path):
                self.refused('compute.unavailable', 'GET', path)
        self.assertEqual([], self.get('/v1/spares')['spares'])

    def test_fencing_goes_on_beside_them(self):
        self.fencer.fence('compute1')
        self.assertEqual('off', self.power())

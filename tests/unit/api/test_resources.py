# SPDX-License-Identifier: Apache-2.0
"""What each resource takes and answers, by its own schemas."""

import datetime
from urllib import parse

import jsonschema

from nova_ha.api import routes
from nova_ha.recovery import errors
from nova_ha.recovery.listing import NEWEST_FIRST
from nova_ha.recovery.listing import Order
from nova_ha.recovery.listing import SortKey
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState
from tests.unit.api import scripted
from tests.unit.api import test_app

UUID = scripted.UUID
RECOVERY = f'/v1/recoveries/{UUID}'
CREATE = {'host': 'cmp1', 'off': 'driver', 'reason': 'it burns'}


class ResourceTest(test_app.AppTestCase):
    def ask(self, method, path, expected=None, **more):
        """Ask; the answer is what the operation says it is."""
        result = self.client.simulate_request(
            method, path, extras=test_app.ME, **more
        )
        operation = operation_of(method, path)
        self.assertEqual(
            expected or operation.status, result.status_code, result.text
        )
        if expected is None:
            jsonschema.Draft202012Validator(operation.answer).validate(
                result.json
            )
        return result.json

    def get(self, path, expected=None, **more):
        return self.ask('GET', path, expected, **more)

    def refused(self, path, names, query=''):
        """Return the message of a 400 that names what is wrong with what."""
        answer = self.get(path, 400, query_string=query)
        error = answer['error']
        self.assertEqual('request.invalid', error['code'])
        for name in names:
            self.assertIn(name, error['message'])

    @property
    def asked(self):
        return self.engine.archive.asked[-1]


class RecoveriesTest(ResourceTest):
    def test_everything_by_default(self):
        found = self.get('/v1/recoveries')
        self.assertEqual({'recoveries'}, set(found))
        self.assertEqual(NEWEST_FIRST, self.asked.order)

    def test_no_page_is_longer_than_the_option_has_it(self):
        for query, expected in (
            ('', 1000),
            ('limit=7', 7),
            ('limit=5000', 1000),
        ):
            self.get('/v1/recoveries', query_string=query)
            self.assertEqual(expected, self.asked.limit)
        self.conf.set_override('max_limit', 1, 'api')
        found = self.get('/v1/recoveries')
        self.assertEqual(1, self.asked.limit)
        self.assertEqual(1, len(found['recoveries']))
        self.assertIn('recoveries_links', found)

    def test_filters(self):
        self.get(
            '/v1/recoveries',
            query_string='host=cmp1&state=held&state=fencing&active=true'
            '&origin=pacemaker&changes-since=2031-01-02T03:04:05.5%2B01:00',
        )
        asked = self.asked
        self.assertEqual('compute-1', asked.host)
        self.assertEqual(
            {RecoveryState.HELD, RecoveryState.FENCING}, asked.states
        )
        self.assertEqual((True, 'pacemaker'), (asked.active, asked.origin))
        self.assertEqual(
            datetime.datetime(2031, 1, 2, 2, 4, 5, 500000, datetime.UTC),
            asked.changed_since,
        )

    def test_times(self):
        for text, expected in (
            ('2031-01-02T03:04:05Z', (2031, 1, 2, 3, 4, 5)),
            ('2031-01-02T03:04:05', (2031, 1, 2, 3, 4, 5)),
            ('2031-01-02', (2031, 1, 2)),
            ('0001-01-01T00:00:00Z', (1970, 1, 1)),
        ):
            self.get('/v1/recoveries', params={'changes-since': text})
            self.assertEqual(
                datetime.datetime(*expected, tzinfo=datetime.UTC),
                self.asked.changed_since,
            )

    def test_orders(self):
        for text, expected in (
            ('host', [(SortKey.HOST, False)]),
            ('updated_at:desc', [(SortKey.UPDATED_AT, True)]),
            (
                'state:asc,requested_at:desc',
                [(SortKey.STATE, False), (SortKey.REQUESTED_AT, True)],
            ),
        ):
            self.get('/v1/recoveries', params={'sort': text})
            self.assertEqual(
                tuple(Order(*one) for one in expected), self.asked.order
            )

    def test_bad_parameters_are_named(self):
        for query, names in (
            ('nope=1', ['nope', 'active', 'changes-since', 'marker', 'sort']),
            ('active=maybe', ['active', 'boolean']),
            ('active=', ['active']),
            ('state=burning', ['state', 'burning', 'fence_failed']),
            ('limit=0', ['limit', 'minimum of 1']),
            ('limit=10001', ['limit', 'maximum of 10000']),
            ('limit=ten', ['limit', 'integer']),
            ('limit=1&limit=2', ['limit']),
            ('host=a&host=b', ['host']),
            ('host=a%20b', ['host']),
            ('host=%00', ['host']),
            ('origin=%00', ['origin']),
            ('marker=%00', ['marker']),
            ('marker=', ['marker']),
            ('sort=uuid', ['sort', 'uuid', 'requested_at']),
            ('sort=host:up', ['sort', 'asc|desc']),
            ('sort=host,host:desc', ['sort', 'twice']),
            ('changes-since=yesterday', ['changes-since', 'ISO 8601']),
            ('changes-since=2031-01-01T00:00:00+01:00', ['%2B']),
            ('changes-since=0001-01-01T00:00:00%2B14:00', ['changes-since']),
        ):
            with self.subTest(query):
                self.refused('/v1/recoveries', names, query)

    def test_the_next_page_is_asked_for_in_the_same_way(self):
        query = 'limit=1&state=held&state=fencing&sort=host:desc'
        found = self.get('/v1/recoveries', query_string=query)
        self.assertEqual(1, len(found['recoveries']))
        [link] = found['recoveries_links']
        self.assertEqual('next', link['rel'])
        url = parse.urlsplit(link['href'])
        self.assertEqual('/v1/recoveries', url.path)
        self.assertEqual(
            {
                'limit': ['1'],
                'state': ['held', 'fencing'],
                'sort': ['host:desc'],
                'marker': [UUID],
            },
            parse.parse_qs(url.query),
        )
        self.get(url.path, query_string=url.query)
        self.assertEqual(UUID, self.asked.marker)

    def test_a_marker_that_is_gone(self):
        def gone(query):
            raise errors.UnknownMarker('marker: there is none')

        self.engine.archive.recovery_page = gone
        answer = self.get('/v1/recoveries', 400, params={'marker': 'x'})
        self.assertEqual('request.marker', answer['error']['code'])

    def test_evacuations(self):
        found = self.get(f'{RECOVERY}/evacuations')
        self.assertEqual('succeeded', found['evacuations'][0]['state'])
        self.get(
            f'{RECOVERY}/evacuations', params={'state': 'failed', 'limit': 7}
        )
        self.assertEqual(([EvacuationState.FAILED], 7, None), self.asked)
        for query, names in (
            ('state=held', ['state', 'held', 'migrating']),
            ('after=1', ['after', 'limit', 'marker', 'state']),
        ):
            self.refused(f'{RECOVERY}/evacuations', names, query)

    def test_events(self):
        found = self.get(f'{RECOVERY}/events')
        self.assertEqual(7, found['events'][0]['id'])
        found = self.get(f'{RECOVERY}/events', params={'after': 7})
        self.assertEqual([], found['events'])
        for query, names in (
            ('after=-1', ['after', 'minimum of 0']),
            ('after=99999999999999999999', ['after', 'integer']),
            ('marker=7', ['marker', 'after', 'limit']),
        ):
            self.refused(f'{RECOVERY}/events', names, query)

    def test_of_no_recovery(self):
        for part in ('', '/evacuations', '/events'):
            answer = self.get(f'/v1/recoveries/none{part}', 404)
            self.assertEqual('recovery.unknown', answer['error']['code'])
        for name in ('%00', 'a%20b', 'x' * 65, '%ff'):
            self.refused(f'/v1/recoveries/{name}', ['uuid'])


class CreateTest(ResourceTest):
    def test_accepted(self):
        for off in ('driver', 'confirmed'):
            body = {**CREATE, 'off': off}
            answer = self.ask('POST', '/v1/recoveries', json=body)
            self.assertEqual('it burns', answer['recovery']['reason'])
            verb, host, _who = self.engine.done.pop()
            self.assertEqual((f'create-{off}', 'compute-1'), (verb, host))

    def test_refused(self):
        for error, status, code in (
            (errors.HostAlive('its BMC says on'), 409, 'host.alive'),
            (
                errors.ActiveRecoveryExists('recovery r1 is held'),
                409,
                'store.active-exists',
            ),
            (errors.ObserveOnly('observe'), 409, 'mode.observe'),
            (errors.StoreUnavailable('x'), 503, 'store.unavailable'),
            (errors.ComputeNotFound('x'), 404, 'compute.not-found'),
        ):
            self.engine.fail('create', error)
            answer = self.ask('POST', '/v1/recoveries', status, json=CREATE)
            self.assertEqual(code, answer['error']['code'])
            self.assertEqual(str(error), answer['error']['message'])
        body = {**CREATE, 'host': 'stranger'}
        answer = self.ask('POST', '/v1/recoveries', 404, json=body)
        self.assertEqual('host.unknown', answer['error']['code'])

    def test_bad_bodies(self):
        for change, complaint in (
            ({'host': None}, 'host: '),
            ({'off': 'hope'}, "off: 'hope' is not one of"),
            ({'reason': ''}, 'reason: '),
            ({'force': True}, "'force' was unexpected"),
        ):
            body = {**CREATE, **change}
            answer = self.ask('POST', '/v1/recoveries', 400, json=body)
            self.assertIn(complaint, answer['error']['message'])
        self.ask('POST', '/v1/recoveries', 400, json={'host': 'cmp1'})
        self.assertEqual([], self.engine.done)


class HostsTest(ResourceTest):
    def test_in_short(self):
        for query in ('', 'detail=false'):
            [first, *_] = self.get('/v1/hosts', query_string=query)['hosts']
            self.assertEqual({'name', 'node', 'drivers'}, set(first))

    def test_in_detail(self):
        found = self.get('/v1/hosts', query_string='detail=true')
        first = found['hosts'][0]
        self.assertEqual('fence_failed', first['recovery']['state'])
        self.assertEqual('az1', first['nova']['zone'])
        self.assertIs(False, first['protected'])
        self.assertIn(UUID, first['why'][0])
        self.assertNotIn(scripted.PASSWORD, str(found))
        self.refused('/v1/hosts', ['detail', 'boolean'], 'detail=1')
        self.refused('/v1/hosts', ['details', 'detail'], 'details=true')

    def test_one(self):
        found = self.get('/v1/hosts/cmp1')['host']
        self.assertEqual('compute-1', found['name'])
        answer = self.get('/v1/hosts/h9', 404)
        self.assertEqual('host.unknown', answer['error']['code'])
        self.refused('/v1/hosts/a%20b', ['host'])
        self.refused('/v1/hosts/cmp1', ['x', 'none'], 'x=1')

    def test_check(self):
        check = self.ask('POST', '/v1/hosts/cmp1/check')['check']
        self.assertEqual(('compute-1', True), (check['host'], check['ok']))
        self.assertEqual('on', check['devices'][0]['state'])
        self.ask('POST', '/v1/hosts/h9/check', 404)
        self.ask('POST', '/v1/hosts/cmp1/check', 400, json={'fast': True})

    def test_explain(self):
        for path in ('/v1/hosts/cmp1/explain', f'/v1/servers/{UUID}/explain'):
            [found] = self.get(path)['instances']
            self.assertEqual('evacuated', found['outcome'])
            self.engine.fail('explain', errors.ComputeNotFound('no such'))
            answer = self.get(path, 404)
            self.assertEqual('compute.not-found', answer['error']['code'])
            self.engine.fail('explain', errors.ComputeUnavailable('away'))
            self.get(path, 503)


class CloudTest(ResourceTest):
    def test_capacity(self):
        for query, number in (('', 3), ('hosts=1', 1), ('hosts=10', 10)):
            found = self.get('/v1/capacity', query_string=query)['capacity']
            self.assertEqual(number, len(found['worst']))
        for query in ('hosts=0', 'hosts=11', 'hosts=x', 'hosts='):
            self.refused('/v1/capacity', ['hosts'], query)
        for error, code in (
            (errors.PlacementUnavailable('x'), 'placement.unavailable'),
            (errors.ComputeUnavailable('x'), 'compute.unavailable'),
        ):
            self.engine.fail('capacity', error)
            answer = self.get('/v1/capacity', 503)
            self.assertEqual(code, answer['error']['code'])
            self.assertTrue(answer['error']['retriable'])

    def test_snapshots(self):
        [found] = self.get('/v1/snapshots')['snapshots']
        self.assertEqual('it has no snapshot', found['problem'])
        self.engine.fail('snapshots', errors.ImageUnavailable('x'))
        self.get('/v1/snapshots', 503)

    def test_spares(self):
        [found] = self.get('/v1/spares')['spares']
        self.assertEqual('compute-2', found['spare'])
        self.engine.fail('spares', errors.StoreUnavailable('x'))
        self.get('/v1/spares', 503)

    def test_rehearsals(self):
        found = self.get('/v1/rehearsals', params={'limit': 1})
        self.assertIn(f'marker={UUID}', found['rehearsals_links'][0]['href'])
        self.assertEqual('web', found['rehearsals'][0]['instances'][0]['name'])
        found = self.get(f'/v1/rehearsals/{UUID}')['rehearsal']
        self.assertEqual('compute-1', found['host'])
        answer = self.get('/v1/rehearsals/none', 404)
        self.assertEqual('rehearsal.unknown', answer['error']['code'])
        self.refused('/v1/rehearsals', ['host', 'limit'], 'host=h1')


def operation_of(method, path):
    """Return the operation of the most literal route that matches."""
    parts = path.split('/')
    found = [
        (route.path.count('{'), route.operations[method])
        for route in routes.ROUTES
        if method in route.operations and matches(route.path, parts)
    ]
    return min(found, key=lambda pair: pair[0])[1]


def matches(route, parts):
    wanted = route.split('/')
    return len(wanted) == len(parts) and all(
        w.startswith('{') or w == p for w, p in zip(wanted, parts, strict=True)
    )

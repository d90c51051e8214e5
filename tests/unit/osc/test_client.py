# SPDX-License-Identifier: Apache-2.0
import testtools

from nova_ha.osc import errors
from tests.unit.osc import answers
from tests.unit.osc import cloud


class ClientTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.api = self.cloud.client()

    def refused(self, call, *arguments, **options):
        error = self.assertRaises(
            errors.ServiceError, call, *arguments, **options
        )
        self.assertNotIn('\n', str(error))
        return error


class FindingTheServiceTest(ClientTestCase):
    def test_the_catalogue_has_the_root_and_discovery_the_rest(self):
        # The link in the answer has an address that nobody can reach.
        self.assertEqual('armed', self.api.get('mode')['mode']['mode'])
        self.assertEqual([('GET', '/mode', {}, None)], self.cloud.asked)

    def test_the_version_is_asked_for_in_every_request(self):
        self.api.get('mode')
        self.assertEqual(['compute-ha 1.0'], self.cloud.versions)

    def test_another_endpoint_can_be_named(self):
        self.cloud.catalogue = False
        for url in (self.cloud.ha, f'{self.cloud.ha}/'):
            api = self.cloud.client(override=url)
            self.assertIn('mode', api.get('mode'))

    def test_it_is_looked_for_once(self):
        self.cloud.scripts = [None, None]
        self.api.get('mode')
        self.api.get('health')
        self.assertEqual(2, len(self.cloud.asked))
        self.assertEqual(1, self.cloud.tokens)

    def test_not_in_the_catalogue(self):
        self.cloud.catalogue = False
        error = self.refused(self.cloud.client(region_name='two').get, 'mode')
        self.assertIn('region two and interface public', str(error))
        self.assertIn('openstack service create', str(error))
        self.assertFalse(error.away)

    def test_something_else_answers_there(self):
        api = self.cloud.client(override=f'{self.cloud.url}/v3')
        error = self.refused(api.get, 'mode')
        self.assertIn('no version 1', str(error))
        api = self.cloud.client(override=f'{self.cloud.url}/else')
        error = self.refused(api.get, 'mode')
        self.assertIn('may not be that of nova-ha. (HTTP 404)', str(error))


class ErrorsTest(ClientTestCase):
    def fails(self, *failure, **more):
        # Twice: a token that is refused is tried again with a new one.
        script = [lambda handler: handler.fail(*failure, **more)]
        self.cloud.scripts = script * 2
        return self.refused(self.api.get, 'mode')

    def test_the_service_s_words_and_what_to_do(self):
        error = self.fails(404, 'host.unknown', 'hosts.yaml names no x.')
        self.assertEqual(
            'hosts.yaml names no x: "openstack ha host list" shows the hosts '
            'that nova-ha knows. (HTTP 404, host.unknown, req-abc)',
            str(error),
        )
        self.assertEqual(404, error.status)
        self.assertEqual('host.unknown', error.code)
        self.assertFalse(error.away)

    def test_forbidden_names_the_roles(self):
        error = self.fails(403, 'policy.forbidden', 'you may not')
        self.assertIn('manager', str(error))
        self.assertIn('openstack role assignment list', str(error))

    def test_each_status_has_its_advice(self):
        for status in errors.BY_STATUS:
            error = self.fails(status, 'some.code', 'no')
            self.assertIn(errors.BY_STATUS[status], str(error))

    def test_an_unknown_status_has_advice_too(self):
        error = self.fails(418, 'teapot', 'I am one')
        self.assertIn('openstack ha health show', str(error))

    def test_what_may_pass_by_itself(self):
        self.assertTrue(self.fails(503, 'store.unavailable', 'no').away)
        self.assertFalse(self.fails(502, 'power.failed', 'no').away)
        self.assertFalse(self.fails(500, 'internal', 'no').away)
        self.assertFalse(
            self.fails(409, 'store.stale', 'no', retriable=True).away
        )

    def test_a_proxy_says_that_the_service_is_away(self):
        self.cloud.scripts = [lambda handler: handler.answer(502, b'<html>')]
        error = self.refused(self.api.get, 'mode')
        self.assertTrue(error.away)
        self.assertIn('HTTP 502', str(error))

    def test_control_characters_do_not_reach_the_terminal(self):
        error = self.fails(409, 'x', 'a\x1b[2Jb\nc')
        self.assertIn('a [2Jb c', str(error))

    def test_nobody_listens(self):
        self.api.get('mode')
        with self.cloud.away():
            error = self.refused(self.api.get, 'mode')
        self.assertTrue(error.away)
        self.assertIn(f'does not answer at {self.cloud.ha}', str(error))
        self.assertIn('onnection refused', str(error))
        self.assertIn('systemctl status nova-ha-fencer', str(error))

    def test_the_connection_breaks(self):
        self.api.get('mode')
        self.cloud.scripts = [lambda handler: handler.drop()]
        error = self.refused(self.api.get, 'mode')
        self.assertTrue(error.away)

    def test_an_answer_that_is_no_json(self):
        self.cloud.scripts = [lambda handler: handler.answer(200, b'<html>')]
        error = self.refused(self.api.get, 'mode')
        self.assertIn('is not nova-ha', str(error))

    def test_a_token_that_has_expired_is_replaced(self):
        self.api.get('mode')
        self.cloud.good = 'token-2'
        self.assertIn('mode', self.api.get('mode'))
        self.assertEqual(2, self.cloud.tokens)

    def test_a_token_that_nobody_takes(self):
        self.cloud.good = 'never'
        error = self.refused(self.api.get, 'mode')
        self.assertEqual(401, error.status)
        self.assertIn('log in again', str(error))

    def test_keystone_is_away_when_a_token_is_needed(self):
        self.api.get('mode')
        self.cloud.good = 'token-2'
        self.cloud.keystone = lambda handler: handler.answer(503, {})
        error = self.refused(self.api.get, 'mode')
        self.assertTrue(error.away)
        self.assertIn('Keystone says', str(error))


class PagesTest(ClientTestCase):
    def setUp(self):
        super().setUp()
        self.cloud.page = 2
        self.cloud.recoveries = [
            answers.recovery(uuid=f'{n:08d}-0000-4000-8000-000000000000')
            for n in range(5)
        ]

    def pages(self, **query):
        return [
            one['uuid'][:8]
            for one in self.api.pages('recoveries', 'recoveries', **query)
        ]

    def test_every_page_is_fetched(self):
        self.assertEqual([f'{n:08d}' for n in range(5)], self.pages())
        self.assertEqual(3, len(self.cloud.asked))

    def test_no_more_than_the_limit(self):
        self.assertEqual(['00000000'], self.pages(limit=1))
        self.assertEqual(3, len(self.pages(limit=3)))
        asked = self.cloud.queries('/recoveries')
        self.assertEqual([['1'], ['3'], ['1']], [q['limit'] for q in asked])

    def test_the_filters_are_asked_for_on_every_page(self):
        self.pages(state=['held', 'fencing'], host='compute-1', active=True)
        for query in self.cloud.queries('/recoveries'):
            self.assertEqual(['held', 'fencing'], query['state'])
            self.assertEqual(['true'], query['active'])

    def test_names_of_the_query_are_the_api_s(self):
        self.pages(changes_since='2026-05-04T03:02:01+00:00')
        query = self.cloud.queries('/recoveries')[0]
        self.assertEqual(['2026-05-04T03:02:01+00:00'], query['changes-since'])

    def test_a_service_that_repeats_itself(self):
        link = [{'rel': 'next', 'href': '/v1/recoveries?marker=a'}]
        body = {'recoveries': [{'uuid': 'a'}], 'recoveries_links': link}
        self.cloud.scripts = [lambda handler: handler.answer(200, body)] * 3
        error = self.refused(self.pages)
        self.assertIn('again and again', str(error))

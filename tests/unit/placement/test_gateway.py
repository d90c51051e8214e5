# SPDX-License-Identifier: Apache-2.0
"""What is read of Placement, in how many requests, and what goes wrong."""

from keystoneauth1 import adapter
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
import testtools

from nova_ha.placement import gateway
from nova_ha.recovery import errors
from tests.unit.placement import service

SERVERS = [('a', 'host1', 512), ('b', 'host1', 256), ('c', 'host2', 128)]


class GatewayTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(
            service.Service(
                service.Stock(
                    {'host1': 1024, 'host2': 2048},
                    SERVERS,
                    {'CUSTOM_FAST': ['host2']},
                )
            )
        )
        self.told = []

    def read(self, traits=(), aggregates=(), url=None):
        auth = token_endpoint.Token(
            url or f'{self.service.url}/placement', 'token'
        )
        asks = adapter.Adapter(
            session.Session(auth=auth, timeout=5), service_type='placement'
        )
        return gateway.PlacementGateway(asks).providers(
            traits, aggregates, lambda *progress: self.told.append(progress)
        )

    def refused(self, path, status, body, kind=errors.PlacementError):
        self.service.scripts[f'/placement{path}'] = (status, body)
        error = self.assertRaises(kind, self.read)
        self.assertIs(kind, type(error))
        return str(error)

    def test_everything(self):
        one, two = self.read({'CUSTOM_FAST'}, {'aggregate'})
        self.assertEqual(
            ('p-host1', 'host1.example.org', 'p-host1'),
            (one.uuid, one.name, one.root),
        )
        self.assertEqual(1024, one.inventories['MEMORY_MB'].capacity)
        self.assertEqual(2048, two.inventories['MEMORY_MB'].max_unit)
        self.assertEqual(
            {'a': {'MEMORY_MB': 512}, 'b': {'MEMORY_MB': 256}},
            one.allocations,
        )
        self.assertEqual(
            (frozenset(), frozenset({'CUSTOM_FAST'})), (one.traits, two.traits)
        )
        self.assertEqual(frozenset(), two.aggregates)
        self.assertEqual([(1, 2), (2, 2)], self.told)

    def test_requests(self):
        self.read({'CUSTOM_FAST'}, {'aggregate'})
        # The list, the traits that are known, who has each, two of each.
        self.assertEqual(1 + 1 + 2 + 2 * 2, len(self.service.requests))

    def test_a_provider_deleted_meanwhile(self):
        path = '/placement/resource_providers/p-host1/allocations'
        self.service.scripts[path] = (404, {})
        self.assertEqual(['p-host2'], [p.uuid for p in self.read()])

    def test_a_trait_that_placement_does_not_know(self):
        self.service.scripts['/placement/traits'] = (200, {'traits': []})
        self.read({'CUSTOM_NOSUCH'})
        self.assertEqual(1 + 1 + 2 * 2, len(self.service.requests))

    def test_no_rights(self):
        for status in (401, 403):
            text = self.refused('/resource_providers', status, {})
            self.assertIn('the role admin or service', text)

    def test_too_old(self):
        text = self.refused('/resource_providers', 406, {})
        self.assertIn('microversion 1.18', text)

    def test_not_placement(self):
        text = self.refused('/resource_providers', 404, {})
        self.assertIn('[placement] endpoint_override', text)

    def test_trouble(self):
        for status in (429, 500, 503):
            text = self.refused(
                '/resource_providers/p-host2/inventories',
                status,
                {},
                errors.PlacementUnavailable,
            )
            self.assertIn('resource provider host2.example.org now', text)

    def test_nonsense(self):
        for body in (b'<html>', {}, {'resource_providers': [{}]}, []):
            text = self.refused(
                '/resource_providers', 200, body, errors.PlacementUnavailable
            )
            self.assertIn('is not what Placement answers', text)

    def test_nobody_there(self):
        error = self.assertRaises(
            errors.PlacementUnavailable, self.read, url='http://127.0.0.1:1'
        )
        self.assertIn('cannot list the resource providers', str(error))

    def test_no_endpoint(self):
        error = self.assertRaises(
            errors.PlacementError, self.read_without_endpoint
        )
        self.assertIn('[placement]', str(error))

    def read_without_endpoint(self):
        auth = _NoEndpoint('http://127.0.0.1:1', 'token')
        asks = adapter.Adapter(
            session.Session(auth=auth), service_type='placement'
        )
        return gateway.PlacementGateway(asks).providers((), ())


class _NoEndpoint(token_endpoint.Token):
    def get_endpoint(self, session, **kwargs):
        return None

    def get_endpoint_data(self, session, **kwargs):
        return None

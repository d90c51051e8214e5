# SPDX-License-Identifier: Apache-2.0
"""What the guards read of nova, and the word they leave there."""

from nova_ha.engine import census
from nova_ha.recovery import guards
from nova_ha.recovery import safety
from tests.functional.nova import base


class GuardsTestCase(base.NovaTestCase):
    hosts = ('host1', 'host2')

    def test_all_services_in_one_request(self):
        self.front.forget()
        found = self.gateway.all_services()
        (get,) = self.front.requests
        self.assertEqual('GET /os-services', str(get))
        up = {s.binary for s in found if s.up}
        self.assertLessEqual({*guards.CONTROL_PLANE, 'nova-compute'}, up)
        self.assertEqual([], guards.missing_services(found))

    def test_who_is_who(self):
        service = self.gateway.service('host1')
        self.gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof()
        )
        counted = census.census_of(
            self.gateway.all_services(),
            self.gateway.aggregates(),
            self.mark().at,
        )
        self.assertEqual({'host1', 'host2'}, counted.hosts)
        self.assertEqual({'host1'}, counted.forced_down)
        zones = {scope.name: scope.hosts for scope in counted.scopes}
        self.assertEqual({'host1', 'host2'}, zones['availability zone nova'])

    def test_the_reason_says_more_and_stays_ours(self):
        service = self.gateway.service('host1')
        before, mark = self.untouched(service), self.mark()
        service = self.gateway.force_down(service, before, mark, self.proof())
        self.front.forget()
        noted = self.gateway.annotate(service, mark.noted('flapping'))
        self.assertEqual(1, len(self.front.requests))
        self.assertTrue(noted.disabled and noted.forced_down)
        self.assertEqual(f'{mark}; flapping', noted.disabled_reason)
        undo = safety.undo(before, noted, mark)
        self.assertTrue(undo.enable and undo.force_up)

# SPDX-License-Identifier: Apache-2.0
"""What the tests' API says is what the real one's schemas allow."""

import jsonschema
import testtools

from nova_ha.api.schemas import capacity
from nova_ha.api.schemas import health
from nova_ha.api.schemas import hosts
from nova_ha.api.schemas import mode
from nova_ha.api.schemas import recoveries
from nova_ha.api.schemas import rehearsals
from nova_ha.api.schemas import snapshots
from nova_ha.api.schemas import spares
from nova_ha.api.schemas import versions
from tests.unit.osc import cloud
from tests.unit.osc import pictures
from tests.unit.osc.answers import INSTANCES
from tests.unit.osc.answers import REHEARSAL
from tests.unit.osc.answers import UUID

SCHEMAS = {
    ('GET', 'hosts'): hosts.HOSTS,
    ('GET', 'hosts', 'compute-1'): hosts.ONE,
    ('GET', 'hosts', 'compute-1', 'power'): hosts.POWER,
    ('GET', 'hosts', 'compute-1', 'explain'): hosts.EXPLAINED,
    ('POST', 'hosts', 'compute-1', 'check'): hosts.CHECKED,
    ('POST', 'hosts', 'compute-1', 'power-on'): hosts.ASKED,
    ('GET', 'servers', INSTANCES[0], 'explain'): hosts.EXPLAINED,
    ('GET', 'recoveries'): recoveries.RECOVERIES,
    ('POST', 'recoveries'): recoveries.ONE,
    ('GET', 'recoveries', UUID): recoveries.SHOWN,
    ('POST', 'recoveries', UUID, 'retry'): recoveries.ONE,
    ('GET', 'recoveries', UUID, 'evacuations'): recoveries.EVACUATIONS,
    ('GET', 'recoveries', UUID, 'events'): recoveries.EVENTS,
    ('GET', 'mode'): mode.SHOWN,
    ('GET', 'capacity'): capacity.CAPACITY,
    ('GET', 'snapshots'): snapshots.SNAPSHOTS,
    ('GET', 'spares'): spares.SPARES,
    ('POST', 'spares', 'spare-1', 'keep'): spares.LOAN,
    ('GET', 'rehearsals'): rehearsals.REHEARSALS,
    ('GET', 'rehearsals', REHEARSAL['uuid']): rehearsals.ONE,
    ('GET', 'health'): health.HEALTH,
    ('GET', 'health', 'ready'): health.READY,
}


class AnswersTest(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.cloud.page = 2

    def test_each_is_as_described(self):
        api = self.cloud.client()
        for (method, *path), schema in SCHEMAS.items():
            with self.subTest('/'.join(path), method=method):
                body = None if method == 'GET' else {}
                jsonschema.validate(
                    api.ask(method, *path, body=body).body, schema
                )

    def test_the_versions(self):
        found = self.cloud.session().get(self.cloud.ha).json()
        jsonschema.validate(found, versions.VERSIONS)

    def test_each_moment_that_is_watched(self):
        for name, (answer, _, _) in pictures.MOMENTS.items():
            with self.subTest(name):
                jsonschema.validate(answer, recoveries.SHOWN)

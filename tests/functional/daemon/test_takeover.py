# SPDX-License-Identifier: Apache-2.0
"""Two controllers on one store: one is lost, the other ends its work."""

from concurrent import futures
import datetime

from tests.functional import servers
from tests.functional.daemon import base
from tests.functional.nova import base as nova_base
from tests.functional.nova import front

INSTANCES = 4

SHARED = 'rules: [{name: all, set: {storage: shared}}]'
"""The fake driver has no disks; nova would call them local."""


class AsAdmin:
    """Lets whoever asks be the administrator: there is no keystone."""

    def __init__(self, app, headers):
        self._app = app
        self._headers = {
            'HTTP_' + name.upper().replace('-', '_'): value
            for name, value in headers.items()
        }

    def __call__(self, environ, start_response):
        return self._app({**environ, **self._headers}, start_response)


class TakeoverSuite:
    """Two fencers and real nova, whose host1 has a BMC."""

    lease = 6.0
    """Seconds. Longer than the one that is to be killed may be held up: else
    the other has taken over before."""

    def setUp(self):
        super().setUp()
        app = nova_base.nova_wsgi.Loader().load_app('osapi_compute')
        self.asked_by_daemons = front.Front(
            AsAdmin(app, self.auth.headers)
        ).start()
        self.addCleanup(self.asked_by_daemons.stop)
        url = self.database()
        bmc = self.make_bmc('host1')
        rules = self.directory / 'rules.yaml'
        rules.write_text(SHARED)
        self.fencer, self.other = (
            self.make_fencer(
                name,
                {'host1': bmc},
                database={'connection': url},
                engine={'lease': self.lease},
                evacuation={'window': 1, 'settle': 5},
                nova={'endpoint': self.asked_by_daemons.url},
                policy={'rules_file': rules},
            )
            for name in ('fencer-1', 'fencer-2')
        )
        self.fencer.make_store()
        self.fencer.start()
        self.other.start()

    def test_takeover(self):
        """After kill -9 in mid-evacuation, once the lease has run out."""
        instances = self.boot(INSTANCES)
        self.computes['host1'].stop()
        self.fencer.fence('host1')
        self.wait_until(
            lambda: self.gateway.migrations('host1'), 'the first record'
        )
        self.fencer.kill()
        left = self.newest('host1')
        self.assertEqual('fencer-1', left.owner)
        self.wait_for_state('evacuating', 'host1', owner='fencer-2')
        self.assertGreater(
            datetime.datetime.now(datetime.UTC), left.lease_expires_at
        )

        self.wait_for_state('evacuated', 'host1', owner='fencer-2', seconds=60)

        records = self.gateway.migrations('host1')
        self.assertEqual(
            sorted(instances), sorted(record.instance for record in records)
        )
        for uuid in instances:
            self.assertNotEqual('host1', self.gateway.instance(uuid).host)
        posts = [
            line
            for line in map(str, self.asked_by_daemons.requests)
            if 'POST' in line
        ]
        self.assertEqual(INSTANCES, len(posts), posts)

    def test_handover(self):
        """SIGTERM gives the lease up: the other does not wait for its end."""
        self.boot(INSTANCES)
        self.computes['host1'].stop()
        self.fencer.fence('host1')
        self.wait_until(
            lambda: self.gateway.migrations('host1'), 'the first record'
        )
        # Watched from the start: the other may be done before this one ends.
        with futures.ThreadPoolExecutor(1) as beside:
            ended = beside.submit(self.fencer.terminate)
            self.wait_for_state('evacuating', 'host1', owner='fencer-2')
            self.assertEqual(0, ended.result())
        self.wait_for_state('evacuated', 'host1', owner='fencer-2', seconds=60)
        self.assertEqual(INSTANCES, len(self.gateway.migrations('host1')))

    def test_fenced_by_both(self):
        """Both agents ask their own fencer; there is one recovery."""
        self.boot(1)
        self.computes['host1'].stop()
        answers = [f.fence('host1') for f in (self.fencer, self.other)]
        self.assertEqual(answers[0]['recovery'], answers[1]['recovery'])
        self.wait_for_state('evacuated', 'host1', seconds=60)
        self.assertEqual(1, len(self.gateway.migrations('host1')))


class SQLiteTest(TakeoverSuite, base.SmallWorld, nova_base.NovaTestCase):
    def database(self):
        return f'sqlite:///{self.directory}/shared.sqlite'


class MariaDBTest(TakeoverSuite, base.SmallWorld, nova_base.NovaTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Here, for nova's fixtures remove what is made in a test.
        servers.mariadb()

    def database(self):
        return servers.mariadb().new_database()

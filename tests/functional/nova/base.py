# SPDX-License-Identifier: Apache-2.0
"""The base of tests against real nova in this process.

SQLite in memory, messages in memory, keystone stubbed by headers; nova-api
answers on a real loopback port. Nova has the global configuration, so these
tests use a ConfigOpts of their own where they need options.
"""

import datetime
import gc
import logging
import pathlib
import sys
import time
import warnings

import fixtures
from keystoneauth1 import adapter
from keystoneauth1 import plugin
from keystoneauth1 import session
from nova import test as nova_test
from nova.api import wsgi as nova_wsgi
from nova.tests import fixtures as nova_fixtures
from nova.tests.functional import integrated_helpers
import requests
from sqlalchemy import exc as sa_exc

from nova_ha.compute import gateway
from nova_ha.keystone import transport
from nova_ha.recovery import model
from tests.functional.nova import front
from tests.functional.nova import kept

RECOVERY = '6f1c3b8e-0000-4000-8000-000000000001'
OTHER_PROJECT = '7b1d42e6000040008000000000000002'

# Nova's modules stay: nobody need look through them for garbage again.
gc.collect()
gc.freeze()


def _database_of(cells, context):
    """Return the database an access goes to; without nova's lock.

    Nova's fixture takes a lock here for a moment. With native threads that
    is a deadlock: whoever is inside of a transaction and comes here waits
    for whoever wants to switch cells, who waits for those that use a cell,
    and these wait for the transaction.
    """
    target = getattr(context, 'db_connection', None)
    if target:
        return target
    only_cell1 = len(cells._ctxt_mgrs) == len(('cell0', 'cell1'))
    return cells._default_ctxt_mgr if only_cell1 else cells._last_ctxt_mgr


class Headers(plugin.BaseAuthPlugin):
    """Says who it is in headers, which nova's stub of keystone reads."""

    def __init__(self, url, project, role='admin'):
        super().__init__()
        self.url = url
        self.headers = {
            'X-Auth-User': f'user-{role}',
            'X-Auth-Project-Id': project,
            'X-Roles': role,
        }
        self.renewed = 0

    def get_headers(self, session, **kwargs):
        return dict(self.headers)

    def get_endpoint(self, session, **kwargs):
        return self.url

    def invalidate(self):
        self.renewed += 1
        return True


class NovaTestCase(integrated_helpers.ProviderUsageBaseTestCase):
    """Three computes; ``self.gateway`` asks as admin.

    :cvar hosts: names of the computes that are started.
    """

    compute_driver = 'fake.FakeDriver'
    microversion = '2.94'
    hosts = ('host1', 'host2', 'host3')
    page_size = 500

    def setUp(self):
        # nova's wheel puts the file elsewhere than its fixture looks.
        paste = pathlib.Path(sys.prefix, 'etc/nova/api-paste.ini')
        self.flags(api_paste_config=str(paste), group='wsgi')
        # It speaks after nova's own fixture has stopped listening.
        logging.getLogger('nova.thread_pool_factory').setLevel(logging.ERROR)
        self.flags(instances=-1, cores=-1, ram=-1, group='quota')
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.tests.fixtures.CellDatabases._wrap_get_context_manager',
                _database_of,
            )
        )
        self.useFixture(kept.KeptConnections())
        super().setUp()
        # nova's fixture makes what SQLAlchemy 2.1 deprecates fatal.
        warnings.filterwarnings('ignore', category=sa_exc.SADeprecationWarning)
        for host in self.hosts:
            self._start_compute(host)
        self.front = front.Front(
            nova_wsgi.Loader().load_app('osapi_compute')
        ).start()
        self.addCleanup(self.front.stop)
        self.project = self.api_fixture.project_id
        self.auth = Headers(self.front.url, self.project)
        self.gateway = self.gateway_of(self.auth)
        self.gateway.warm()

    def gateway_of(self, auth, timeout=60):
        pool = requests.Session()
        pool.mount(
            'http://',
            transport.Transport(connect_timeout=5, pool_maxsize=8),
        )
        self.addCleanup(pool.close)
        return gateway.NovaCompute(
            adapter.Adapter(
                session.Session(auth=auth, session=pool, timeout=timeout),
                service_type='compute',
            ),
            page_size=lambda: self.page_size,
        )

    def boot(self, count, host='host1', project=None):
        """Boot instances in one request; return their uuids when ACTIVE."""
        auth = Headers(self.front.url, project or self.project)
        nova = session.Session(auth=auth)
        name = f'vm-{host}-{len(self.front.requests)}'
        body = self._build_server(name=name, networks='none', host=host)
        body.update(min_count=count, return_reservation_id=True)
        answer = nova.post(
            f'{self.front.url}/servers',
            json={'server': body},
            microversion='2.74',
            microversion_service_type='compute',
        )
        query = f'reservation_id={answer.json()["reservation_id"]}'

        def active():
            answer = nova.get(f'{self.front.url}/servers/detail?{query}')
            servers = answer.json()['servers']
            return (
                len(servers) == count
                and {server['status'] for server in servers} == {'ACTIVE'}
                and [server['id'] for server in servers]
            )

        # Each look costs nova time that the boots could use.
        return self.wait_until(active, f'{count} instances ACTIVE', every=0.5)

    def wait_until(self, condition, what, seconds=180, every=0.2):
        """Poll until the condition is true; return what it returned.

        :param every: seconds between two looks in the long run; each takes
            time from nova, which is in this process.
        """
        pause = min(0.05, every)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(pause)
            pause = min(1.5 * pause, every)
        self.fail(f'no {what} after {seconds} s')
        return None

    def wait_for_records(self, host, *statuses):
        """Wait until the host's evacuation records have these statuses."""
        return self.wait_until(
            lambda: (
                (found := self.gateway.migrations(host))
                and sorted(m.raw_status for m in found) == sorted(statuses)
                and found
            ),
            f'records {statuses}',
        )

    def fail_host(self, host='host1'):
        """Let nova-compute die and tell nova, as a recovery does."""
        self.computes[host].stop()
        service = self.gateway.service(host)
        return self.gateway.force_down(
            service, self.untouched(service), self.mark(), self.proof(host)
        )

    def cell_down(self):
        """Let the database of the computes' cell be down."""
        cell = self.cell_mappings[nova_test.CELL1_NAME]
        return nova_fixtures.DownCellFixture([cell])

    def asked(self):
        """What nova-api was asked since :meth:`Front.forget`."""
        return [str(request) for request in self.front.requests]

    @staticmethod
    def untouched(service):
        return model.ServiceBefore(
            service.disabled, service.disabled_reason, service.forced_down
        )

    @staticmethod
    def mark():
        return model.ServiceMark(RECOVERY, datetime.datetime.now(datetime.UTC))

    @staticmethod
    def proof(host='host1'):
        return model.OffProof(
            host, 'fake', 'test', datetime.datetime.now(datetime.UTC)
        )

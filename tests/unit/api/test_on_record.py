# SPDX-License-Identifier: Apache-2.0
"""What is on record is read beside the daemon, here one that is away."""

from falcon import testing
from oslo_config import cfg

from nova_ha.api import app
from nova_ha.api import identity
from nova_ha.api import on_record
from nova_ha.api import settings
from nova_ha.api import web
from nova_ha.api.route import Parts
from nova_ha.conf import api
from nova_ha.policies import enforcer
from nova_ha.recovery import errors
from tests.unit.api import scripted
from tests.unit.api import test_identity

UUID = scripted.UUID
CREATE = {'host': 'compute-1', 'off': 'driver', 'reason': 'it hangs'}


class OnRecordTest(test_identity.IdentityTestCase):
    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        api.register_opts(conf)
        conf([], default_config_files=[])
        self.client = testing.TestClient(
            app.build(
                web.routes('/nowhere/api.sock', reads=True),
                Parts(self.engine.archive, None, settings.Defaults(conf)),
                identity.Gate(self.keystone, enforcer.Policy(conf)),
            )
        )

    def test_each_path_is_answered(self):
        for path in on_record.PATHS:
            with self.subTest(path):
                asked = path.format(uuid=UUID, id=UUID)
                result = self.ask('GET', asked, 'reader')
                self.assertEqual(200, result.status_code, result.text)

    def test_as_the_daemon_would(self):
        result = self.ask('GET', f'/v1/recoveries/{UUID}', 'reader')
        self.assertEqual(UUID, result.json['recovery']['uuid'])
        self.assertEqual('i-1', result.json['evacuations'][0]['instance'])
        self.assertEqual('started', result.json['events'][0]['name'])
        result = self.ask('GET', '/v1/recoveries/x', 'reader')
        self.assert_error(result, 404, 'recovery.unknown')
        self.engine.fail('recoveries', errors.StoreUnavailable('no route'))
        result = self.ask('GET', '/v1/recoveries', 'reader')
        self.assert_error(result, 503, 'store.unavailable')

    def test_who_may_not_read_does_not(self):
        for token, status in ((None, 401), ('plain', 403)):
            result = self.ask('GET', '/v1/recoveries', token)
            self.assertEqual(status, result.status_code)
        self.assertEqual([], self.engine.archive.asked)

    def test_the_daemon_is_asked_for_the_rest(self):
        for method, path, body in (
            ('GET', '/v1/hosts', None),
            # By its name in Pacemaker, it may be.
            ('GET', '/v1/recoveries?host=cmp1', None),
            ('POST', '/v1/recoveries', CREATE),
            ('POST', f'/v1/recoveries/{UUID}/retry', {}),
        ):
            with self.subTest(path):
                result = self.ask(method, path, 'admin', json=body)
                self.assert_error(result, 503, 'daemon.unavailable')
        self.assertEqual([], self.engine.archive.asked)

# SPDX-License-Identifier: Apache-2.0
"""What the daemon believes of a web server."""

import json
import os
import unittest

from falcon import testing
from oslo_config import cfg

from nova_ha.api import app
from nova_ha.api import audit
from nova_ha.api import forward
from nova_ha.api import front
from nova_ha.api import routes
from nova_ha.api import settings
from nova_ha.api.route import Parts
from nova_ha.conf import api
from nova_ha.conf import fencer
from nova_ha.policies import mode
from tests.unit.api import scripted

ME = {audit.UID: str(os.getuid())}
SET = {'mode': 'paused', 'reason': 'x'}


class GateTest(unittest.TestCase):
    def setUp(self):
        self.engine = scripted.Engine()
        conf = cfg.ConfigOpts()
        for module in (api, fencer):
            module.register_opts(conf)
        conf([], default_config_files=[])
        self.client = testing.TestClient(
            app.build(
                [route for route in routes.ROUTES if not route.local],
                Parts(
                    self.engine.archive, self.engine, settings.Defaults(conf)
                ),
                front.Gate(audit.Users([], 'socket_users in section [api]')),
            )
        )

    def set_mode(self, said, extras=ME, **headers):
        if said is not None:
            headers[forward.IDENTITY] = said
        return self.client.simulate_put(
            '/v1/mode', json=SET, headers=headers, extras=extras
        )

    def assert_refused(self, result, word):
        self.assertEqual(403, result.status_code)
        self.assertEqual('user.not-allowed', result.json['error']['code'])
        self.assertIn(word, result.json['error']['message'])
        self.assertEqual('', self.engine.standing.by)

    def test_what_it_says_goes_into_the_record(self):
        said = json.dumps({'name': 'ada@Default', 'rule': mode.SET})
        self.assertEqual(200, self.set_mode(said).status_code)
        self.assertEqual('ada@Default', self.engine.standing.by)

    def test_a_permission_for_something_else_is_none(self):
        said = json.dumps({'name': 'rita@Default', 'rule': mode.SHOW})
        self.assert_refused(self.set_mode(said), mode.SHOW)

    def test_who_asks_must_be_said(self):
        for said in (None, '', '{', '[]', 'null', '"x"', '{"name": "x"}'):
            with self.subTest(said):
                self.assert_refused(self.set_mode(said), 'nova_ha.wsgi')

    def test_nobody_else_is_believed(self):
        said = json.dumps({'name': 'ada@Default', 'rule': mode.SET})
        stranger = {audit.UID: '4242'}
        self.assert_refused(
            self.set_mode(said, extras=stranger), 'socket_users'
        )

    def test_links_are_those_of_the_client(self):
        result = self.client.simulate_get(
            '/',
            host='ha.example.org',
            extras=ME,
            headers={
                forward.SCHEME: 'https',
                forward.IDENTITY: json.dumps(
                    {'name': 'nobody', 'rule': 'public'}
                ),
            },
        )
        [version] = result.json['versions']
        self.assertEqual(
            'https://ha.example.org/v1', version['links'][0]['href']
        )

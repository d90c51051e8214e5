# SPDX-License-Identifier: Apache-2.0
"""A real daemon that serves the REST API, and a real Keystone."""

import unittest

import requests

from tests.functional import servers
from tests.functional.daemon.base import SmallWorld
from tests.functional.daemon.process import wait_until
from tests.functional.servers.process import free_port

SYSTEM = {'system_scope': 'all'}
PROJECT = {'project_name': 'lab'}
#: Everybody there is: name and what the token is for.
PEOPLE = {
    'admin': ('sysadmin', SYSTEM),
    'admin of a project': ('ada', PROJECT),
    'manager': ('mona', SYSTEM),
    'reader': ('rita', SYSTEM),
    'manager of a project': ('petra', PROJECT),
    'reader of a project': ('paul', PROJECT),
}
HOSTS = {'compute1': {'driver': 'fake'}, 'compute2': {'driver': 'fake'}}


class RestWorld(SmallWorld):
    """One fencer with hosts whose power is a file, for a TestCase."""

    def options(self):
        """Return options on top of the usual ones, by group."""
        return {}

    def setUp(self):
        super().setUp()
        self.keystone = servers.keystone()
        self.port = free_port()
        more = self.options()
        self.fencer = self.make_fencer(
            hosts=dict(HOSTS),
            **{
                **more,
                'api': {
                    'enabled': True,
                    'bind_port': self.port,
                    **more.get('api', {}),
                },
                'keystone_authtoken': {
                    **authtoken(self.keystone),
                    **more.get('keystone_authtoken', {}),
                },
            },
        )
        self.fencer.make_store()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def start(self):
        self.fencer.start()
        wait_until(self.answers, 'REST API', 60)

    def answers(self):
        try:
            return self.ask('GET', '/v1/health/live').ok
        except requests.ConnectionError:
            return False

    def token(self, who):
        name, scope = PEOPLE[who]
        return self.keystone.token(name, **scope)

    def ask(self, method, path, token=None, **more):
        headers = dict(more.pop('headers', {}))
        if token:
            headers['X-Auth-Token'] = token
        return requests.request(
            method, self.url + path, headers=headers, timeout=60, **more
        )

    def assert_error(self, answer, status, code):
        self.assertEqual(status, answer.status_code, answer.text)
        error = answer.json()['error']
        self.assertEqual(code, error['code'])
        return error['message']


class RestTestCase(RestWorld, unittest.TestCase):
    """Where nova is away."""


def authtoken(keystone, **more):
    """Return [keystone_authtoken] for the service user nova-ha."""
    return {
        'www_authenticate_uri': keystone.address,
        'auth_url': keystone.address,
        'auth_type': 'password',
        'username': 'nova-ha',
        'password': keystone.password,
        'project_name': 'lab',
        'user_domain_id': 'default',
        'project_domain_id': 'default',
        'interface': 'public',
        **more,
    }

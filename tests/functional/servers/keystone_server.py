# SPDX-License-Identifier: Apache-2.0
"""A real Keystone, with people of every kind."""

import base64
from collections.abc import Sequence
import functools
import os
import pathlib
import sys
import time

from keystoneauth1 import exceptions
from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client

from tests.functional.servers import process

CONFIGURATION = """\
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///{directory}/keystone.sqlite
[identity]
password_hash_rounds = 4
[token]
provider = fernet
[fernet_tokens]
key_repository = {directory}/keys
[fernet_receipts]
key_repository = {directory}/keys
[credential]
key_repository = {directory}/keys
"""
SYSTEM = {'system_scope': 'all'}
PROJECT = {'project_name': 'lab', 'project_domain_id': 'default'}
#: Name, role, and where it is held. ``admin`` is made by the bootstrap.
PEOPLE: Sequence[tuple[str, str, str]] = (
    ('ada', 'admin', 'project'),
    ('sysadmin', 'admin', 'system'),
    ('mona', 'manager', 'system'),
    ('rita', 'reader', 'system'),
    ('paul', 'reader', 'project'),
    ('petra', 'manager', 'project'),
    ('nova-ha', 'service', 'project'),
)


class Keystone(process.Server):
    """Keystone's own application with a store of its own, on loopback."""

    name = 'keystone'

    @property
    def address(self) -> str:
        return f'http://127.0.0.1:{self.port}/v3'

    def initialise(self) -> None:
        keys = self.directory / 'keys'
        keys.mkdir(mode=0o700)
        for name in ('0', '1'):
            key = base64.urlsafe_b64encode(os.urandom(32))
            (keys / name).write_bytes(key)
        self.configuration.write_text(
            CONFIGURATION.format(directory=self.directory), encoding='utf-8'
        )
        self._manage('db_sync')
        self._manage(
            'bootstrap',
            *('--bootstrap-password', self.password),
            *('--bootstrap-region-id', 'RegionOne'),
            *('--bootstrap-public-url', self.address),
            *('--bootstrap-internal-url', self.address),
        )

    @property
    def configuration(self) -> pathlib.Path:
        return self.directory / 'keystone.conf'

    def command(self) -> list[str]:
        return [
            sys.executable,
            '-P',  # a module beside it is called keystone too
            str(pathlib.Path(__file__).with_name('serve_keystone.py')),
            str(self.port),
            str(self.configuration),
        ]

    def execute(self, sql: str) -> None:
        """Ask it something, whatever the words."""
        session.Session(timeout=5).get(
            self.address, authenticated=False
        ).raise_for_status()

    def url(self, database: str) -> str:
        raise NotImplementedError('it is no database')

    def add_people(self) -> None:
        """Make a user for each of :data:`PEOPLE`; may be repeated."""
        keystone = self.client
        project = _once(keystone.projects, 'lab', domain='default')
        roles = {role.name: role for role in keystone.roles.list()}
        for name, role, where in PEOPLE:
            user = _once(
                keystone.users, name, domain='default', password=self.password
            )
            place = (
                {'system': 'all'}
                if where == 'system'
                else {'project': project}
            )
            keystone.roles.grant(roles[role], user=user, **place)

    @functools.cached_property
    def client(self) -> client.Client:
        """For the administrator."""
        return client.Client(
            session=session.Session(
                self.auth('admin', project_name='admin'), timeout=60
            )
        )

    def auth(self, name: str, **scope: str) -> v3.Password:
        if 'project_name' in scope:
            scope.setdefault('project_domain_id', 'default')
        return v3.Password(
            self.address,
            username=name,
            password=self.password,
            user_domain_id='default',
            **scope,
        )

    def token(self, name: str, **scope: str) -> str:
        """Return a token of a user, for the system or the project lab."""
        found = session.Session(self.auth(name, **scope)).get_token()
        return str(found)

    def short_lived_token(self, name: str, **scope: str) -> str:
        """Return a token that was good until a moment ago."""
        self.expiration(1)
        try:
            token = self.token(name, **scope)
            time.sleep(2)
        finally:
            self.expiration(3600)
        return token

    def expiration(self, seconds: int) -> None:
        """Restart it, with another life of tokens to come."""
        text = CONFIGURATION.format(directory=self.directory)
        self.configuration.write_text(
            text + f'[token]\nexpiration = {seconds}\n', encoding='utf-8'
        )
        self.stop()
        self.start()

    def revoke(self, token: str) -> None:
        self.client.tokens.revoke_token(token)

    def _manage(self, *arguments: str) -> None:
        self.run(
            str(pathlib.Path(sys.executable).with_name('keystone-manage')),
            *('--config-file', str(self.configuration)),
            *arguments,
        )


def _once(manager, name, **details):
    try:
        return manager.create(name, **details)
    except exceptions.Conflict:
        [found] = manager.list(name=name)
        return found

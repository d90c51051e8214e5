# SPDX-License-Identifier: Apache-2.0
"""The installation guide, page after page."""

from collections.abc import Callable
import os
import pathlib
import signal
import subprocess

from tests.lab import config
from tests.lab.errors import LabError
from tests.lab.pacemaker import configuration
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.tuning import RELOADED
from tests.lab.services import base
from tests.lab.walkthrough import facts
from tests.lab.walkthrough import pages
from tests.lab.walkthrough.premises import Premises
from tests.lab.walkthrough.typist import require_all_typed
from tests.lab.walkthrough.typist import Typist

PEOPLE = ('alice', 'bob')
"""Whom the guide gives roles to."""

ADMIN = {
    'OS_AUTH_URL': '',
    'OS_USERNAME': 'admin',
    'OS_PROJECT_NAME': 'admin',
    'OS_USER_DOMAIN_NAME': 'Default',
    'OS_PROJECT_DOMAIN_NAME': 'Default',
    'OS_IDENTITY_API_VERSION': '3',
    'OS_REGION_NAME': config.REGION,
}

NOT_HERE = (
    # The lab's machines have their packages, and no systemd.
    *('apt-get', 'systemctl', 'sudo -u postgres'),
    # Of the compute hosts the lab has taken care.
    'printf \'action=off',
    # Typed by the scenario migration.
    *('ipmitool', 'kill -KILL'),
    # Said once more elsewhere, and tested there.
    '/opt/nova-ha/bin/oslo',
    *('python3 -m venv', '/opt/nova-ha/bin/pip install nova-ha'),
    'nova-ha-manage mode',
    # What the host's return shows, is typed with openstack ha.
    *('crm_mon', 'stonith_admin', 'nova-ha-manage recovery'),
)


class Installation:
    """From the wheel to a fencer that Pacemaker runs."""

    def __init__(self, play: Play, premises: Premises) -> None:
        self._play = play
        self._premises = premises
        self._lab = play.lab.config
        self._facts = facts.of_cloud(self._lab)
        self._pages: list[Typist] = []

    def follow(self, start: Callable[[], None]) -> None:
        """All of it.

        :param start: has Pacemaker start the fencer.
        """
        self._programs()
        self._system()
        self._keystone()
        self._database()
        self._configure()
        self._catalogue()
        self._cluster()
        start()
        self._verify()
        require_all_typed(self._play, self._pages, NOT_HERE)

    def _page(self, name: str, **variables: str) -> Typist:
        typist = Typist(
            self._play,
            self._premises,
            f'install/{name}',
            self._facts,
            variables,
        )
        self._pages.append(typist)
        return typist

    def _programs(self) -> None:
        """A virtual environment with the wheel, and what it needs."""
        page = self._page('debian')
        page.type('python3 -m venv /opt/nova-ha')
        wheel = self._wheel()
        page.type_online(
            "/opt/nova-ha/bin/pip install 'nova-ha[mysql,redfish]'",
            {
                'install': 'install -qq --constraint '
                f'{config.PROJECT}/constraints.txt',
                'nova-ha[mysql': f'{wheel}[mysql',
            },
        )

    def _wheel(self) -> pathlib.Path:
        """As it is built of what is committed."""
        source = self._premises.directory / 'source'
        done = subprocess.run(
            ['git', 'clone', '--quiet', str(config.PROJECT), str(source)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LabError(f'git clone: {done.stderr}')
        made = self._premises.directory / 'dist'
        done = self._premises.online(
            '/opt/nova-ha/bin/pip wheel -qq --no-deps '
            f'--wheel-dir {made} {source}'
        )
        if done.returncode:
            raise LabError(f'the wheel: {done.stdout}{done.stderr}')
        (wheel,) = made.glob('*.whl')
        self._play.say(f'built {wheel.name}')
        return wheel

    def _system(self) -> None:
        """User, directories, links; of what is installed, where."""
        page = self._page('packages')
        for line in pages.lines('install/packages'):
            if line.startswith(('systemd-', 'install', 'mkdir', 'ln ')):
                page.type(line)

    def _keystone(self) -> None:
        lab = self._lab
        self._without_the_labs_own_user()
        page = self._client('keystone')
        page.type(
            'openstack user create --domain default --password-prompt nova-ha',
            secret=lab.password,
        )
        page.type('openstack role add --project service --user nova-ha admin')
        page.type('openstack role add --user alice --system all reader')
        page.type('openstack role add --user bob --system all manager')

    def _client(self, name: str) -> Typist:
        """At a shell of an administrator of the cloud."""
        return self._page(
            name,
            **{
                **ADMIN,
                'OS_AUTH_URL': self._lab.keystone_url,
                'OS_PASSWORD': self._lab.password,
                'PATH': f'/opt/nova-ha/bin:{base.SYSTEM_PATH}',
            },
        )

    def _without_the_labs_own_user(self) -> None:
        """The guide makes that user, and gives roles to two people."""
        identity = self._play.cloud.identity
        users = identity.get('/users').json()['users']
        for user in users:
            if user['name'] in (self._lab.service_user, *PEOPLE):
                identity.delete(f'/users/{user["id"]}')
        for name in PEOPLE:
            identity.post('/users', json={'user': {'name': name}})

    def _database(self) -> None:
        lab = self._lab
        sql = pages.filled(pages.statements('install/database'), self._facts)
        client = (
            f'mysql --host={lab.address} --port={lab.ports.mariadb} '
            f'--user=lab --password={lab.password}'
        )
        page = self._page('database')
        page.type(
            'mysql',
            instead={'mysql': client},
            text=f'DROP DATABASE IF EXISTS {facts.DATABASE};'
            f"DROP USER IF EXISTS 'nova_ha'@'%';\n{sql}\n",
        )
        self._tables = page

    def _configure(self) -> None:
        premises = self._premises
        samples = '/opt/nova-ha/etc/nova-ha'
        texts = [
            pages.ini('install/configure', '[cluster]'),
            pages.ini('install/keystone', '[keystone_authtoken]'),
        ]
        text = pages.filled('\n'.join(texts), self._facts)
        # This cloud has no certificates.
        text = ''.join(
            f'{line}\n'
            for line in text.splitlines()
            if not line.startswith(('cafile', 'tls_'))
        )
        premises.write('/etc/nova-ha/nova-ha.conf', text)
        premises.write(
            '/etc/nova-ha/rules.yaml',
            facts.rules_file(premises.read(f'{samples}/rules.yaml.sample')),
        )
        premises.write('/etc/nova-ha/bmc.password', self._lab.bmc_password)
        self.write_hosts()
        premises.root('chgrp nova-ha /etc/nova-ha/*')
        self._tables.type('nova-ha-manage db sync')
        self._tables.type('nova-ha-manage db version')
        page = self._page('configure')
        page.type('nova-ha-manage hosts list')
        page.type('nova-ha-manage hosts check')
        page.type('nova-ha-manage explain --host compute1')

    def write_hosts(self, *spares: str) -> None:
        """The hosts file, with these as spares."""
        sample = '/opt/nova-ha/etc/nova-ha/hosts.yaml.sample'
        self._premises.write(
            '/etc/nova-ha/hosts.yaml',
            facts.hosts_file(
                self._premises.read(sample),
                self._lab,
                self._play.hosts,
                spares,
            ),
        )

    def reload(self) -> None:
        """Have the fencer read its files again, as where there is no systemd.

        :raises UnmetError: it does not say that it has.
        """
        pid = self._play.fencer().pid()
        assert pid is not None
        before = self._log().count(RELOADED)
        os.kill(pid, signal.SIGHUP)
        self._play.wait(
            lambda: self._log().count(RELOADED) > before,
            30,
            'the fencer to read its files again',
        )

    def _log(self) -> str:
        return self._premises.read('/var/log/nova-ha/fencer.log')

    def _catalogue(self) -> None:
        page = self._page('keystone')
        page.type(
            f'nova-ha-manage catalog register --region {config.REGION} '
            '--public-url https://ha.example.org:8790'
        )
        page = self._page('packages')
        page.type(
            'nova-ha-status --config-file /etc/nova-ha/nova-ha.conf '
            'upgrade check',
            codes=(0, 1),
        )

    def _cluster(self) -> None:
        """As the guide says for who has not pcs."""
        play = self._play
        printed = configuration.printed_by(self._lab, play.stack.controllers)
        known = printed.index('--service')
        page = Typist(play, self._premises, 'admin/pacemaker', self._facts)
        page.type(
            'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
            '--format xml >nova-ha.xml',
            instead={
                '--format xml': f'--format xml {" ".join(printed[known:])}'
            },
        )
        page.type(
            'cibadmin --modify --allow-create --scope configuration '
            '--xml-file nova-ha.xml'
        )

    def _verify(self) -> None:
        page = self._page('verify')
        for line in (
            'nova-ha-manage db version',
            'nova-ha-manage hosts check',
            'nova-ha-manage pacemaker check --nova',
            'nova-ha-manage capacity',
            'nova-ha-manage explain --host compute1',
        ):
            page.type(line)
        page.type(
            "printf 'action=status\\nport=cmp1\\n' | fence_nova_ha; echo $?"
        )

# SPDX-License-Identifier: Apache-2.0
"""A controller, from nothing to a service that systemd runs."""

from tests.fresh import pages
from tests.fresh import place
from tests.fresh.world import PASSWORD
from tests.fresh.world import USER
from tests.fresh.world import World
from tests.lab.errors import LabError
from tests.lab.waiting import wait_until

#: What an operator writes for his one host.
HOSTS = f"""\
hosts:
  - name: compute1
    node: {place.HOST}
    node_address: {place.ADDRESSES[place.HOST]}
    power:
      driver: ipmi
      address: {place.BMC}
      user: {USER}
      password: {PASSWORD}
"""
RULES = 'rules: []\n'
EDITOR = '/usr/local/bin/operator'
_TYPED = '/root/typed'

#: Whether it runs as its unit says: user, and the capabilities it can have.
_CONFINED = (
    'for pid in $(systemctl show -P MainPID nova-ha-fencer); do '
    'stat -c %U /proc/$pid; grep CapBnd /proc/$pid/status; done'
)


def install(world: World) -> None:
    """install/debian, and what install/packages has for everybody."""
    page = 'install/debian'
    ctl1, type_ = world.ctl1, world.keyboard.type
    type_(
        ctl1,
        page,
        'apt-get install python3-venv pacemaker pacemaker-cli-utils pcs '
        'fence-agents',
        'y\n',
    )
    type_(ctl1, page, 'python3 -m venv /opt/nova-ha')
    type_(ctl1, page, "/opt/nova-ha/bin/pip install 'nova-ha[mysql,redfish]'")
    page = 'install/packages'
    for line in (
        'python3 -m venv /opt/nova-ha',
        '/opt/nova-ha/bin/pip install nova-ha',
        'systemd-sysusers /opt/nova-ha/lib/sysusers.d/nova-ha.conf',
        'systemd-tmpfiles --create /opt/nova-ha/lib/tmpfiles.d/nova-ha.conf',
        (
            'install --group nova-ha --mode 0640 '
            '/opt/nova-ha/etc/nova-ha/nova-ha.conf.sample '
            '/etc/nova-ha/nova-ha.conf'
        ),
        (
            'install --group nova-ha --mode 0640 '
            '/opt/nova-ha/etc/nova-ha/hosts.yaml.sample '
            '/etc/nova-ha/hosts.yaml'
        ),
        (
            'install --group nova-ha --mode 0640 '
            '/opt/nova-ha/etc/nova-ha/rules.yaml.sample '
            '/etc/nova-ha/rules.yaml'
        ),
        'ln -s /opt/nova-ha/bin/nova-ha-fencer /usr/bin/nova-ha-fencer',
        'ln -s /opt/nova-ha/bin/nova-ha-manage /usr/bin/nova-ha-manage',
        'ln -s /opt/nova-ha/bin/nova-ha-status /usr/bin/nova-ha-status',
        'ln -s /opt/nova-ha/etc/logrotate.d/nova-ha /etc/logrotate.d/nova-ha',
        'mkdir -p /usr/lib/ocf/resource.d/nova-ha',
        (
            'ln -s /opt/nova-ha/lib/ocf/resource.d/nova-ha/fencer '
            '/usr/lib/ocf/resource.d/nova-ha/fencer'
        ),
        'ln -s /opt/nova-ha/bin/fence_nova_ha /usr/sbin/fence_nova_ha',
        'ln -s /opt/nova-ha/bin/nova-ha-alert /usr/bin/nova-ha-alert',
    ):
        type_(ctl1, page, line)
    _samples(world)
    _rotates(world)


def _samples(world: World) -> None:
    """The generators write what was installed."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'install/packages'
    type_(
        ctl1,
        page,
        '/opt/nova-ha/bin/oslo-config-generator --config-file '
        '/opt/nova-ha/share/nova-ha/nova-ha-config-generator.conf '
        '--output-file nova-ha.conf.sample',
    )
    type_(
        ctl1,
        page,
        '/opt/nova-ha/bin/oslopolicy-sample-generator --namespace nova_ha '
        '--output-file policy.yaml.sample',
    )
    for name in ('nova-ha.conf.sample', 'policy.yaml.sample'):
        ctl1.run(f'cmp {name} /opt/nova-ha/etc/nova-ha/{name}')


def _rotates(world: World) -> None:
    log = '/var/log/nova-ha/fencer.log'
    world.ctl1.run(
        f'echo said >{log} && chown nova-ha: {log} && '
        'logrotate --force /etc/logrotate.conf && grep said {}.1'.format(log)
    )


def configure(world: World) -> None:
    """install/configure: its own example, and a hosts file for our host."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'install/configure'
    files = {
        'nova-ha.conf': pages.block(page, 'the same on every controller'),
        'hosts.yaml': HOSTS,
        'rules.yaml': RULES,
    }
    for name, text in files.items():
        # It keeps owner and mode.
        ctl1.run(f"cat >/etc/nova-ha/{name} <<'END'\n{text}END")
    type_(ctl1, page, 'nova-ha-manage hosts list')
    seen = type_(ctl1, page, 'nova-ha-manage hosts check')
    _require(' on ' in seen, f'the BMC answers: {seen}')


def service(world: World) -> None:
    """install/packages: started by systemd; it runs as the unit says."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'install/packages'
    drop_in = pages.block(page, '``systemctl edit`` opens says so')
    ctl1.run(f"cat >{_TYPED} <<'END'\n{drop_in}END")
    ctl1.run(
        f"printf '#!/bin/sh\\ncp {_TYPED} \"$1\"\\n' >{EDITOR} && "
        f'chmod 755 {EDITOR}'
    )
    for line in (
        'mkdir -p /usr/local/lib/systemd/system',
        (
            'ln -s /opt/nova-ha/lib/systemd/system/nova-ha-fencer.service '
            '/usr/local/lib/systemd/system/'
        ),
        'systemctl daemon-reload',
    ):
        type_(ctl1, page, line)
    type_(
        ctl1,
        page,
        'systemctl edit nova-ha-fencer',
        '\n',
        env={'SYSTEMD_EDITOR': EDITOR},
    )
    type_(ctl1, page, 'systemctl enable --now nova-ha-fencer')
    _require(
        ctl1.run(_CONFINED).stdout.split()
        == ['nova-ha', 'CapBnd:', '0000000000000000'],
        'it runs as nova-ha, without a capability',
    )
    type_(ctl1, 'admin/rest-api', 'usermod --append --groups www-data nova-ha')
    groups = ctl1.run('id --name --groups nova-ha').stdout
    _require('www-data' in groups.split(), f'it is in the group: {groups}')
    # nova is not there: that is something to look at, no more.
    seen = type_(
        ctl1,
        page,
        'nova-ha-status --config-file /etc/nova-ha/nova-ha.conf upgrade check',
        code=1,
    )
    _require('Result: Failure' not in seen, seen)


def without_pacemaker(world: World) -> None:
    """install/cluster without one, and what the admin part has of systemd."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    type_(ctl1, 'install/cluster', 'systemctl enable --now nova-ha-fencer')
    health = type_(
        ctl1,
        'admin/monitoring',
        'curl --silent --unix-socket /run/nova-ha/fencer.sock '
        'http://localhost/v1/health',
    )
    _require('"healthy": true' in health, health)
    type_(
        ctl1,
        'install/cluster',
        "nova-ha-manage fence compute1 --reason 'smoke in the rack'",
    )
    world.cmp1.wait_until_off()
    seen = ctl1.run('nova-ha-manage recovery list').stdout
    _require('compute1' in seen, seen)
    for page, line in (
        ('admin/monitoring', ('journalctl --unit nova-ha-fencer --priority '
         'crit')),
        ('admin/runbook/step-broke-off',
         "journalctl --unit nova-ha-fencer --since '-1 hour'"),
        ('admin/hosts-file', 'nova-ha-manage hosts list'),
        ('admin/runbook/hosts-file-gone', 'nova-ha-manage hosts list'),
        ('admin/hosts-file', 'systemctl reload nova-ha-fencer'),
        ('admin/runbook/fence-failed', 'systemctl reload nova-ha-fencer'),
        ('admin/runbook/hosts-file-gone', 'systemctl reload nova-ha-fencer'),
        ('admin/runbook/restart-group-late',
         'systemctl reload nova-ha-fencer'),
        ('admin/runbook/engine-stands-still',
         'systemctl restart nova-ha-fencer'),
        ('admin/runbook/store-away', 'df -h /var/lib/nova-ha'),
    ):  # fmt: skip
        type_(ctl1, page, line)
    ctl1.run('systemctl is-active nova-ha-fencer')
    _spool(world)
    ctl1.run('systemctl stop nova-ha-fencer')
    type_(ctl1, 'admin/upgrade', 'systemctl start nova-ha-fencer')
    # What the spool had is a recovery again; it is over, and from here on the
    # service is Pacemaker's.
    wait_until(
        lambda: 'compute1' in ctl1.run('nova-ha-manage recovery list').stdout,
        60,
        'the spool to be taken in',
    )
    ctl1.run('nova-ha-manage recovery cancel compute1', 'y\n')
    ctl1.run('systemctl disable --now nova-ha-fencer')


def _spool(world: World) -> None:
    """A power-off while the database is away; then it is found there."""
    ctl1 = world.ctl1
    ctl1.run('nova-ha-manage recovery cancel compute1', 'y\n')
    ctl1.run('systemctl stop mariadb')
    ctl1.run("printf 'action=off\\nport=cmp1\\n' | fence_nova_ha")
    seen = world.keyboard.type(
        ctl1,
        'admin/runbook/spooled-host-runs',
        'grep -l compute1 /var/lib/nova-ha/spool/*.json',
    )
    _require('/var/lib/nova-ha/spool/' in seen, seen)
    ctl1.run('systemctl start mariadb')


def _require(met: bool, what: str) -> None:
    if not met:
        raise LabError(f'not so: {what}')

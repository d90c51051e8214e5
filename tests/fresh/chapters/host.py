# SPDX-License-Identifier: Apache-2.0
"""A compute host: Debian's half of it, and the RHEL family's."""

from tests.fresh.world import World
from tests.lab.errors import LabError
from tests.lab.waiting import wait_until


def install(world: World) -> None:
    """install/debian, and what differs in install/redhat."""
    cmp1, type_ = world.cmp1, world.keyboard.type
    page = 'install/debian'
    type_(cmp1, page, 'apt-get install pacemaker-remote', 'y\n')
    type_(cmp1, page, 'systemctl disable --now nova-compute')
    type_(cmp1, page, 'systemctl enable --now pacemaker_remote')
    cmp1.run('systemctl is-active pacemaker_remote')
    page = 'install/redhat'
    type_(cmp1, page, 'systemctl disable --now openstack-nova-compute')
    type_(cmp1, page, 'systemctl enable --now pacemaker_remote')
    for each in ('neutron-openvswitch-agent', 'ceilometer-agent-compute'):
        cmp1.run(f'systemctl disable --now {each}')
    cmp1.run('systemctl start nova-compute')
    page = 'admin/runbook/return-not-possible'
    type_(cmp1, page, 'systemctl restart nova-compute')
    page = 'admin/runbook/seen-running'
    type_(cmp1, page, 'systemctl disable nova-compute')
    cmp1.run('systemctl stop nova-compute')


def redhat(world: World) -> None:
    """install/redhat on a controller, as far as Debian has its programs.

    firewalld and python3.11 are the real ones, and do what they are told.
    dnf is real and has no repository: it takes the line and says so, and
    whether a RHEL has packages of these names is not seen here.
    """
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'install/redhat'
    ctl1.run('apt-get install firewalld dnf', 'y\n')
    for line in (
        'dnf install python3.11 python3.11-pip pacemaker pcs fence-agents-all',
        'dnf install pacemaker-remote',
    ):
        seen = type_(ctl1, page, line, code=1)
        if 'no enabled repositories' not in seen:
            raise LabError(f'dnf did not take "{line}": {seen}')
    type_(ctl1, page, 'python3.11 -m venv /opt/nova-ha')
    type_(ctl1, page, "/opt/nova-ha/bin/pip install 'nova-ha[mysql,redfish]'")
    # A RHEL runs it from the start.
    ctl1.run('systemctl start firewalld || journalctl -u firewalld')
    wait_until(
        lambda: ctl1.run('firewall-cmd --state', code=None).returncode == 0,
        60,
        'firewalld',
    )
    type_(
        ctl1, page, 'firewall-cmd --permanent --add-service=high-availability'
    )
    type_(ctl1, page, 'firewall-cmd --permanent --add-port=8790/tcp')
    type_(ctl1, page, 'firewall-cmd --reload')
    seen = ctl1.run('firewall-cmd --list-all').stdout
    if 'high-availability' not in seen or '8790/tcp' not in seen:
        raise LabError(f'the ports are not open: {seen}')
    ctl1.run('systemctl disable --now firewalld')

# SPDX-License-Identifier: Apache-2.0
"""A cluster of three controllers, and a host that dies in it."""

from tests.fresh.machine import Machine
from tests.fresh.world import World
from tests.lab.errors import LabError
from tests.lab.waiting import DeadlinePassed
from tests.lab.waiting import wait_until

_PASSWORD = 'hacluster-password'
_KEY = '/etc/pacemaker/authkey'
_PID_FILE = '/run/nova-ha-fencer.pid'


def make(world: World) -> None:
    """install/cluster: from the distribution's cluster of one to ours."""
    page, type_ = 'install/cluster', world.keyboard.type
    for each in world.controllers:
        type_(each, page, 'pcs cluster destroy')
        type_(each, page, 'passwd hacluster', f'{_PASSWORD}\n{_PASSWORD}\n')
    ctl1 = world.ctl1
    type_(
        ctl1,
        page,
        'pcs host auth ctl1 ctl2 ctl3 -u hacluster',
        f'{_PASSWORD}\n',
    )
    type_(ctl1, page, 'pcs cluster setup cloud ctl1 ctl2 ctl3')
    type_(ctl1, page, 'pcs cluster enable --all')
    type_(ctl1, page, 'pcs cluster start --all --wait')
    give_key(world)


def give_key(world: World) -> None:
    """To the compute host, as the page says."""
    key = world.ctl1.run(f'base64 -w0 {_KEY}').stdout
    world.cmp1.run(
        f'echo {key} | base64 -d >{_KEY} && chown hacluster:haclient {_KEY} '
        f'&& chmod 0400 {_KEY} && systemctl restart pacemaker_remote'
    )


def load(world: World) -> None:
    """install/cluster: what nova-ha-manage prints; then the host is there."""
    page, type_ = 'install/cluster', world.keyboard.type
    ctl1 = world.ctl1
    type_(
        ctl1,
        page,
        'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
        '>nova-ha.sh',
    )
    seen = type_(ctl1, page, 'less nova-ha.sh')
    require('pcs cluster cib-push' in seen, 'the script pushes the CIB')
    type_(ctl1, page, 'sh nova-ha.sh')
    wait_for_services(world)
    # nova is not there to be asked, and the controllers themselves are not
    # fenced: check says so, and ends with 1.
    type_(ctl1, page, 'nova-ha-manage pacemaker check --nova', code=1)
    seen = type_(
        ctl1, 'admin/pacemaker', 'nova-ha-manage pacemaker check', code=1
    )
    for trap in ('fencer-missing', 'alert-missing'):
        require(trap not in seen, f'no {trap} in {seen}')


def wait_for_services(world: World) -> None:
    """The fencer on each controller, and nova-compute on the host.

    :raises LabError: they do not run; with what Pacemaker has of them.
    """
    try:
        for each in world.controllers:
            _wait(each, 'ps -C nova-ha-fencer', f'the fencer of {each.name}')
        _wait(world.cmp1, 'systemctl is-active nova-compute', 'nova-compute')
    except DeadlinePassed as passed:
        seen = world.ctl1.run('crm_mon -1 --failcounts --inactive', code=None)
        raise LabError(f'{passed}\n{seen.stdout}') from None


def look(world: World) -> None:
    """What the pages have of Pacemaker's own tools; nothing has failed."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    for page in (
        'install/verify',
        'admin/runbook/held-by-storm',
        'admin/runbook/pacemaker-away',
        'admin/runbook/return-not-possible',
    ):
        seen = type_(ctl1, page, 'crm_mon -1')
        require('RemoteOnline: [ cmp1 ]' in seen, seen)
    page = 'admin/runbook/pacemaker-away'
    seen = type_(ctl1, page, 'corosync-quorumtool -s')
    require('Quorate:          Yes' in seen, seen)
    type_(ctl1, page, 'systemctl status pacemaker')
    page = 'admin/runbook/return-not-possible'
    type_(
        ctl1,
        page,
        'crm_resource --cleanup --resource nova-compute --node cmp1',
    )
    page = 'admin/pacemaker'
    for line in (
        (
            'crm_resource --resource cmp1 --meta --set-parameter target-role '
            '--parameter-value Stopped'
        ),
        'crm_resource --resource cmp1 --meta --delete-parameter target-role',
    ):
        type_(ctl1, page, line)
        ctl1.run('crm_resource --wait --timeout 60s')
    wait_for_services(world)
    page = 'admin/upgrade'
    for line in (
        'crm_resource --ban --resource nova-ha-fencer-clone --node ctl1',
        'crm_resource --clear --resource nova-ha-fencer-clone --node ctl1',
    ):
        type_(ctl1, page, line)
        ctl1.run('crm_resource --wait --timeout 60s')
    wait_for_services(world)
    type_(
        ctl1,
        'admin/hosts-file',
        'kill -HUP $(head -1 /run/nova-ha-fencer.pid)',
    )


def verify(world: World) -> None:
    """install/verify: power is switched, and Pacemaker is told so."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'install/verify'
    status = r"printf 'action=status\nport=cmp1\n' | fence_nova_ha; echo $?"
    off = r"printf 'action=off\nport=cmp1\n' | fence_nova_ha; echo $?"
    require(type_(ctl1, page, status).split()[-1] == '0', 'it is on')
    require(type_(ctl1, page, off).split()[-1] == '0', 'it is off')
    require(type_(ctl1, page, status).split()[-1] == '2', 'it reads off')
    world.cmp1.wait_until_off()
    page = 'admin/pacemaker'
    _wait(
        ctl1,
        'crm_attribute --node cmp1 --name nova-ha-gate --query | grep shut',
        'the gate to be shut',
    )
    type_(ctl1, page, 'crm_attribute --node cmp1 --name nova-ha-gate --query')
    _wait(
        ctl1,
        "stonith_admin --history cmp1 | grep -E 'successful|was able to'",
        'Pacemaker to have fenced the host it lost',
    )
    seen = type_(ctl1, 'install/verify', 'stonith_admin --history cmp1')
    require('cmp1' in seen, seen)
    for page, line in (
        ('admin/runbook/fenced-again',
         'stonith_admin --history cmp1 --verbose'),
        ('admin/runbook/spool-corrupt', "stonith_admin --history '*'"),
        ('admin/runbook/fence-failed', 'stonith_admin --confirm cmp1'),
    ):  # fmt: skip
        type_(ctl1, page, line)


def load_otherwise(world: World) -> None:
    """admin/pacemaker: by crmsh and by XML, upon what is there already."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    ctl1.run('apt-get install crmsh', 'y\n')
    page = 'admin/pacemaker'
    for line in (
        (
            'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
            '--format crm >nova-ha.crm'
        ),
        'crm -F configure load update nova-ha.crm',
        (
            'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
            '--format xml >nova-ha.xml'
        ),
        (
            'cibadmin --modify --allow-create --scope configuration '
            '--xml-file nova-ha.xml'
        ),
    ):
        type_(ctl1, page, line)


def watchdog(world: World) -> None:
    """admin/pacemaker: the watchdog as the last level."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'admin/pacemaker'
    for line in (
        'pcs cluster cib watchdog.cib',
        (
            'CIB_file=watchdog.cib crm_attribute --type crm_config --name '
            'stonith-watchdog-timeout --update 20s'
        ),
        (
            'pcs -f watchdog.cib stonith create watchdog fence_watchdog '
            'pcmk_host_list="cmp1 cmp2"'
        ),
        'pcs -f watchdog.cib stonith level add 2 cmp1 watchdog',
        'pcs cluster cib-push watchdog.cib',
    ):
        type_(ctl1, page, line)
    seen = ctl1.run('pcs stonith level').stdout
    require('watchdog' in seen, seen)


def unmake(world: World) -> None:
    """The recovery is over, and what was loaded is no more."""
    world.ctl1.run('nova-ha-manage recovery cancel compute1', 'y\n')
    world.ctl1.run('pcs property set maintenance-mode=true')
    for each in world.controllers:
        each.run(f'kill $(head -1 {_PID_FILE}); rm -f {_PID_FILE}')
    world.switch_on()


def _wait(machine: Machine, line: str, what: str) -> None:
    wait_until(
        lambda: machine.run(line, code=None).returncode == 0, 120, what, 1
    )


def require(met: bool, what: str) -> None:
    """The story goes on only if it is so.

    :raises LabError: it is not.
    """
    if not met:
        raise LabError(f'not so: {what}')

# SPDX-License-Identifier: Apache-2.0
"""The migration guides: from a cluster as the old agents had it, and back."""

from tests.fresh import place
from tests.fresh.chapters.cluster import require
from tests.fresh.chapters.cluster import wait_for_services
from tests.fresh.world import PASSWORD
from tests.fresh.world import USER
from tests.fresh.world import World

#: The cluster of the old guide. NovaEvacuate is not in Debian; what the lines
#: do to it, they do to any resource.
_BEFORE = (
    (
        f'pcs resource create {place.HOST} ocf:pacemaker:remote '
        f'server={place.ADDRESSES[place.HOST]} reconnect_interval=60 '
        'op monitor interval=20 --force'
    ),
    (
        f'pcs stonith create ipmi-{place.HOST} fence_ipmilan ip={place.BMC} '
        f'username={USER} password={PASSWORD} lanplus=1 cipher=3 '
        f'pcmk_host_list={place.HOST}'
    ),
    (
        'pcs stonith create fence-nova fence_compute auth_url=http://keystone '
        'username=nova password=nova tenant_name=service '
        f'pcmk_host_list={place.HOST} --force'
    ),
    f'pcs stonith level add 1 {place.HOST} ipmi-{place.HOST} fence-nova',
    'pcs resource create nova-evacuate ocf:pacemaker:Dummy',
    'pcs resource create compute-unfence-trigger ocf:pacemaker:Dummy clone',
    f'attrd_updater --name evacuate --update yes --node {place.HOST}',
)

#: Units of the packages masakari-engine, masakari-api and
#: masakari-host-monitor.
_MASAKARI = ('masakari-engine', 'masakari-api', 'masakari-host-monitor')


def from_fence_compute(world: World) -> None:
    """admin/migrate-from-fence-compute, there and back."""
    page = 'admin/migrate-from-fence-compute'
    ctl1, type_ = world.ctl1, world.keyboard.type
    for each in world.controllers:
        each.run('apt-get install ipmitool', 'y\n')
    for line in _BEFORE:
        ctl1.run(line)
    ctl1.run('crm_resource --wait --timeout 60s', code=None)
    for line in (
        'nova-ha-manage db sync',
        'nova-ha-manage hosts check',
        'pcs config >pcs-before.txt',
        'pcs cluster cib before.cib',
        'pcs stonith level',
        'pcs resource disable nova-evacuate',
        'pcs resource delete nova-evacuate',
        'pcs property set maintenance-mode=true',
        'pcs stonith level remove 1 target cmp1 stonith ipmi-cmp1 fence-nova',
        'pcs stonith delete fence-nova --force',
        'pcs resource delete compute-unfence-trigger --force',
        'attrd_updater --name evacuate --delete --node cmp1',
    ):
        type_(ctl1, page, line)
    _load(world)
    type_(ctl1, page, 'pcs property set maintenance-mode=false')
    wait_for_services(world)
    type_(ctl1, page, 'nova-ha-manage pacemaker check --nova', code=1)
    seen = ctl1.run('pcs stonith level; crm_mon -1').stdout
    require('nova-ha-fence' in seen and 'fence-nova' not in seen, seen)
    _back(world)


def _load(world: World) -> None:
    """The guide has two ways. The second is printed, the first is loaded."""
    page = 'admin/migrate-from-fence-compute'
    for line in (
        (
            'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
            "--power-agent 'ipmi-{node}' --format xml >nova-ha.xml"
        ),
        (
            'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
            '--format xml >nova-ha.xml'
        ),
        'less nova-ha.xml',
        (
            'cibadmin --modify --allow-create --scope configuration '
            '--xml-file nova-ha.xml'
        ),
    ):
        world.keyboard.type(world.ctl1, page, line)


def _back(world: World) -> None:
    page = 'admin/migrate-from-fence-compute'
    ctl1 = world.ctl1
    for line in (
        'nova-ha-manage recovery list',
        'pcs resource disable nova-ha-fencer-clone',
        'pcs cluster cib-push before.cib --config',
    ):
        world.keyboard.type(ctl1, page, line)
    seen = ctl1.run('pcs config').stdout
    require('nova-evacuate' in seen and 'nova-ha' not in seen, seen)
    # For the next chapter: nothing but the controllers.
    for each in world.controllers:
        each.run('crm_resource --wait --timeout 60s', code=None)
    ctl1.run('cibadmin --erase --force')


def from_masakari(world: World) -> None:
    """admin/migrate-from-masakari: its units, and what is loaded."""
    page = 'admin/migrate-from-masakari'
    ctl1, type_ = world.ctl1, world.keyboard.type
    for name in _MASAKARI:
        unit = f'/etc/systemd/system/{name}.service'
        ctl1.run(
            f"printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]"
            f"\\nWantedBy=multi-user.target\\n' >{unit} && "
            f'systemctl enable --now {name}'
        )
    for line in (
        'systemctl disable --now masakari-host-monitor',
        'nova-ha-manage db sync',
        'nova-ha-manage hosts check',
        (
            'nova-ha-manage pacemaker config --controllers ctl1,ctl2,ctl3 '
            '>nova-ha.sh'
        ),
        'sh nova-ha.sh',
    ):
        type_(ctl1, page, line)
    wait_for_services(world)
    type_(ctl1, page, 'nova-ha-manage pacemaker check --nova', code=1)
    type_(ctl1, page, 'systemctl disable --now masakari-engine masakari-api')
    ctl1.run('crm_resource --wait --timeout 60s', code=None)
    ctl1.run('pcs resource disable nova-ha-fencer-clone && '
             'crm_resource --wait --timeout 60s', code=None)  # fmt: skip
    ctl1.run('cibadmin --erase --force')

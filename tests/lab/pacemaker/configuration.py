# SPDX-License-Identifier: Apache-2.0
"""What the cluster of the lab is set up with.

All of it is what ``nova-ha-manage pacemaker config`` prints, but for the
stonith resources that switch machines through their BMCs by themselves: those
of the controllers, which fence one another, and in wiring 2 those of the
compute hosts, behind which nova-ha comes second.
"""

from collections.abc import Sequence
from xml.sax import saxutils

from tests.lab.config import LabConfig
from tests.lab.pacemaker.cluster import Cluster
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.pacemaker.controllers import Controller
from tests.lab.pacemaker.remotes import RemoteHost

GATE = 'nova-ha-gate'
ALONE = 'ipmi-alone'

AGENT = 'ocf:lab:service'
#: Quicker than is good for a real cluster: the lab's machines are never slow.
OPERATIONS = (
    'start:timeout=60s,stop:timeout=30s,monitor:interval=2s:timeout=10s'
)
#: All machines see the load of one, and would all do less and less.
UNTHROTTLED = 'property load-threshold=10000%\n'
TIMING = {
    'monitor-interval': 2,
    'monitor-timeout': 5,
    'reconnect-interval': 5,
}


def load(
    lab: LabConfig,
    cluster: Cluster,
    controllers: Sequence[Controller],
    hosts: Sequence[RemoteHost],
) -> None:
    """Configure the cluster.

    :raises LabError: a tool of nova-ha or of Pacemaker failed.
    """
    cluster.load_crm(UNTHROTTLED + power_agents(lab, controllers, hosts))
    cluster.load_xml(cluster.run(*printed_by(lab, controllers)))


def printed_by(lab: LabConfig, controllers: Sequence[Controller]) -> list[str]:
    """The command, for a controller, that prints the configuration."""
    names = ','.join(each.name for each in controllers)
    command = [
        *('nova-ha-manage', '--config-file', CONFIG_FILE),
        *('pacemaker', 'config', '--format', 'xml', '--controllers', names),
    ]
    for name in SERVICES:
        command += ['--service', f'{name}={AGENT},{OPERATIONS}']
    for name, seconds in TIMING.items():
        command += [f'--{name}', str(seconds)]
    if lab.wiring == 2:
        command += ['--power-agent', 'ipmi-{node}']
    return command


def power_agents(
    lab: LabConfig,
    controllers: Sequence[Controller],
    hosts: Sequence[RemoteHost],
) -> str:
    """The stonith resources that nova-ha has nothing to do with, for crm."""
    lines = []
    if len(controllers) > 1:
        for each in controllers:
            lines += [
                _ipmi(lab, each.name, each.bmc.address),
                (
                    f'location ipmi-{each.name}-elsewhere ipmi-{each.name} '
                    f'-inf: {each.name}'
                ),
            ]
    if lab.wiring == 2:
        lines += [_ipmi(lab, host.name, host.bmc.address) for host in hosts]
    return ''.join(f'{line}\n' for line in lines)


def behind_its_back(lab: LabConfig, host: RemoteHost) -> str:
    """What changes when nova-ha is told nothing: XML, for Cluster.changed.

    A power agent alone fences the host, and alerts go nowhere. It switches
    the host off when a reboot is asked for: one that is back within seconds
    is found serving again, and needs no recovery.
    """
    parameters = {
        'ip': host.bmc.address,
        'username': lab.bmc_user,
        'password': lab.bmc_password,
        'lanplus': '1',
        'cipher': '3',
        'power_wait': '0',
        'pcmk_host_list': host.name,
        'pcmk_reboot_action': 'off',
    }
    pairs = ''.join(
        f'<nvpair id="{ALONE}-{name}" name="{name}"'
        f' value={saxutils.quoteattr(value)}/>'
        for name, value in parameters.items()
    )
    return (
        '<configuration><resources>'
        f'<primitive id="{ALONE}" class="stonith" type="fence_ipmilan">'
        f'<instance_attributes id="{ALONE}-parameters">{pairs}'
        '</instance_attributes></primitive></resources>'
        f'<fencing-topology><fencing-level id="fencing-{host.name}-1"'
        f' devices="{ALONE}"/></fencing-topology>'
        '<alerts><alert id="nova-ha-alert"><recipient'
        ' id="nova-ha-alert-socket" value="/run/nova-ha/nowhere.sock"/>'
        '</alert></alerts></configuration>'
    )


def _ipmi(lab: LabConfig, node: str, address: str) -> str:
    """cipher=3: ipmi_sim knows no newer one."""
    return (
        f'primitive ipmi-{node} stonith:fence_ipmilan params ip={address} '
        f'username={lab.bmc_user} password={lab.bmc_password} lanplus=1 '
        f'cipher=3 power_wait=0 pcmk_host_list={node} pcmk_off_timeout=30 '
        'pcmk_reboot_timeout=40 op monitor interval=30 timeout=20'
    )

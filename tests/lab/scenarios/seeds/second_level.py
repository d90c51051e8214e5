# SPDX-License-Identifier: Apache-2.0
"""nova-ha cannot switch the host off; the second fencing level can."""

from collections.abc import Iterator
import contextlib

from tests.bmc.ipmi_sim import IpmiSim
from tests.lab.scenarios.play import Play

SEED = 18
TITLE = (
    'The BMC is dead and the host runs on: nova-ha fails, the second level, a '
    'PDU, switches the host off; that is found in the history and recovered'
)
PORT = 6230


def play(play: Play) -> None:
    """Play it."""
    host = play.host
    play.boot()
    with _pdu(play):
        host.bmc.stop()
        play.fail(f'the BMC of {host.name} is dead, and its cable is cut')
        host.machine.cut()
        play.wait_state('fence_failed', timeout=150)
        play.require_not_evacuated()
        play.wait_evacuated(timeout=240)
        host.machine.heal()
    host.bmc.start()
    play.bring_back()
    play.wait_serving()


@contextlib.contextmanager
def _pdu(play: Play) -> Iterator[None]:
    """Let the host hang on a PDU that Pacemaker's second level switches."""
    host, lab, cluster = play.host, play.lab.config, play.cluster
    device = f'pdu-{host.name}'
    pdu = IpmiSim(
        name=device,
        directory=host.directory / 'pdu',
        address=host.bmc.address,
        port=PORT,
        user=lab.bmc_user,
        password=lab.bmc_password,
        chassis_command=host.bmc.chassis_command,
    )
    level = (
        f'<fencing-level id="{device}-level" target="{host.name}" index="2" '
        f'devices="{device}"/>'
    )
    topology = ('--scope', 'fencing-topology', '--xml-text', level)
    pdu.start()
    try:
        cluster.load_crm(
            f'primitive {device} stonith:fence_ipmilan params '
            f'ip={pdu.address} ipport={PORT} username={lab.bmc_user} '
            f'password={lab.bmc_password} lanplus=1 cipher=3 '
            f'pcmk_host_list={host.name} op monitor interval=30 timeout=20\n'
        )
        cluster.run('cibadmin', '--create', *topology)
        yield
    finally:
        cluster.run('cibadmin', '--delete', *topology)
        cluster.run('crm', '-F', 'configure', 'delete', device)
        pdu.stop()

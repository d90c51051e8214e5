# SPDX-License-Identifier: Apache-2.0
"""The machines that the guides are typed on: who is there, and since when."""

from tests.bmc.ipmi_sim import IpmiSim
from tests.fresh import place
from tests.fresh.keyboard import Keyboard
from tests.fresh.machine import Machine
from tests.lab.config import PROJECT
from tests.lab.pacemaker.network import Network

USER = 'ADMIN'
PASSWORD = 'secret'

#: Stand for the packages of nova, neutron and ceilometer: they are started,
#: stopped and looked at by systemd, and do nothing.
SERVICES = (
    'nova-compute',
    'openstack-nova-compute',
    'neutron-openvswitch-agent',
    'ceilometer-agent-compute',
)
_UNIT = """\
[Service]
ExecStart=/bin/sleep infinity

[Install]
WantedBy=multi-user.target
"""


class World:
    """All of them.

    :ivar controllers: those that run, ctl1 first.
    """

    def __init__(self, where: place.Place) -> None:
        self.where = where
        self.keyboard = Keyboard(where)
        self.network = Network(where)
        self.controllers: list[Machine] = []
        self._hosts: list[Machine] = []
        self._bmc: IpmiSim | None = None

    @property
    def ctl1(self) -> Machine:
        """Where most is typed."""
        return self.controllers[0]

    @property
    def cmp1(self) -> Machine:
        """The compute host."""
        return self._hosts[0]

    def open(self) -> None:
        """Sweep up after a run that was killed; make the network, go there."""
        for name in place.ADDRESSES:
            Machine(self.where, name).remove()
        if self.network.exists():
            self.network.remove()
        self.network.make()
        self.network.enter()

    def close(self) -> None:
        """Let nothing be left, whatever happened."""
        if self._bmc is not None:
            self._bmc.stop()
        for machine in (*self.controllers, *self._hosts):
            machine.remove()
        self.network.remove()

    def first_controller(self) -> None:
        """A machine with nothing on it."""
        machine = Machine(self.where, 'ctl1')
        self.controllers.append(machine)
        machine.prepare(self.network)
        machine.boot()

    def other_controllers(self) -> None:
        """As if all that was typed on ctl1 had been typed there as well."""
        self.ctl1.halt()
        for name in place.CONTROLLERS[1:]:
            machine = Machine(self.where, name)
            self.controllers.append(machine)
            machine.prepare(self.network, self.ctl1.layer)
        for machine in self.controllers:
            machine.boot()

    def compute_host(self) -> None:
        """A machine with the services of a compute host, and its BMC."""
        machine = Machine(self.where, place.HOST)
        self._hosts.append(machine)
        machine.prepare(self.network)
        for name in SERVICES:
            machine.write(f'etc/systemd/system/{name}.service', _UNIT)
        machine.boot()
        machine.run(f'systemctl enable --now {" ".join(SERVICES)}')
        (machine.directory / 'power').write_text('on\n')
        self.network.add_address(place.BMC)
        self._bmc = IpmiSim(
            name=f'{place.HOST}-bmc',
            directory=machine.directory / 'bmc',
            address=place.BMC,
            port=623,
            user=USER,
            password=PASSWORD,
            chassis_command=[
                *('/bin/sh', str(PROJECT / 'tests/fresh/chassis')),
                str(machine.directory),
            ],
        )
        self._bmc.start()

    def switch_on(self) -> None:
        """Press the compute host's button: it boots."""
        self.cmp1.kill()
        (self.cmp1.directory / 'power').write_text('on\n')
        self.cmp1.boot()

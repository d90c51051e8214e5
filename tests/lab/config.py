# SPDX-License-Identifier: Apache-2.0
"""Where the lab lives, which ports it uses, how many hosts it has."""

from collections.abc import Mapping
import dataclasses
import os
import pathlib

from tests.lab.errors import LabError

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = pathlib.Path(__file__).resolve().parent

PORTS_IN_BLOCK = 100
FIRST_BMC_OFFSET = 20
MAX_COMPUTES = PORTS_IN_BLOCK - FIRST_BMC_OFFSET

LOOPBACK = '127.0.0.1'
#: Of the cloud in the network of a lab with Pacemaker (see network.py).
BRIDGE = '10.77.0.1'
#: There, controller N has 10.77.0.(10 + N), compute host N 10.77.0.(20 + N);
#: its BMC has the same in 10.77.1.
CONTROLLER_ADDRESS = 10
COMPUTE_ADDRESS = 20
IPMI_PORT = 623
#: Of the REST API on each controller's own address: nova-ha's default.
API_PORT = 8790
REGION = 'RegionOne'


@dataclasses.dataclass(frozen=True)
class Ports:
    """The block of ports of one lab, counted from ``base``."""

    base: int

    @property
    def keystone(self) -> int:
        return self.base

    @property
    def placement(self) -> int:
        return self.base + 1

    @property
    def nova(self) -> int:
        return self.base + 2

    @property
    def glance(self) -> int:
        return self.base + 3

    @property
    def neutron(self) -> int:
        return self.base + 4

    @property
    def rabbitmq(self) -> int:
        return self.base + 5

    @property
    def mariadb(self) -> int:
        return self.base + 6

    @property
    def memcached(self) -> int:
        return self.base + 7

    @property
    def epmd(self) -> int:
        return self.base + 8

    @property
    def erlang(self) -> int:
        return self.base + 9

    @property
    def compute_ha(self) -> int:
        """Of the REST API of nova-ha, in a lab without Pacemaker."""
        return self.base + 10

    @property
    def masakari(self) -> int:
        """Of the API that a scenario has for a while."""
        return self.base + 11

    def bmc(self, index: int) -> int:
        """The UDP port of the BMC of the host number ``index`` (from 1)."""
        return self.base + FIRST_BMC_OFFSET + index - 1


@dataclasses.dataclass(frozen=True)
class LabConfig:
    """Everything about one lab that can be chosen.

    Two labs coexist when ``base`` and the blocks of ports differ. The
    passwords protect nothing: every service listens on loopback, or in a
    network namespace of the lab, only.

    :ivar report_interval: seconds between two reports of a nova-compute to
        nova, whose own default this is. Nova takes one that is silent for
        60 s for down; the lab leaves that as it is.
    :ivar controllers: how many machines with Pacemaker; 0 is a lab without,
        where the compute hosts are mere processes.
    :ivar wiring: how Pacemaker fences a compute host: 1 through nova-ha
        alone, 2 through fence_ipmilan with nova-ha behind it.
    :ivar api: whether the fencers serve the REST API, and keystone's
        catalogue has it.
    """

    base: pathlib.Path = PROJECT / '.lab'
    port_base: int = 21000
    computes: int = 4
    password: str = 'labsecret'
    bmc_user: str = 'admin'
    bmc_password: str = 'bmcsecret'
    service_user: str = 'nova-ha'
    report_interval: int = 10
    controllers: int = 0
    wiring: int = 1
    api: bool = False

    def __post_init__(self) -> None:
        if len(str(self.base).split()) != 1:
            raise LabError(f'no spaces in the directory, please: {self.base}')
        if not 1 <= self.computes <= MAX_COMPUTES:
            raise LabError(
                f'the number of computes must be from 1 to {MAX_COMPUTES}, '
                f'not {self.computes}'
            )
        if not 1024 <= self.port_base <= 65536 - PORTS_IN_BLOCK:
            raise LabError(
                f'the port base must be from 1024 to '
                f'{65536 - PORTS_IN_BLOCK}, not {self.port_base}'
            )
        if self.controllers not in (0, 1, 3):
            raise LabError(
                f'a cluster has 1 or 3 controllers, not {self.controllers}'
            )
        if self.wiring not in (1, 2):
            raise LabError(f'there are wirings 1 and 2, not {self.wiring}')

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] = os.environ
    ) -> 'LabConfig':
        """The lab that NOVA_HA_LAB_DIR, _PORT_BASE and _COMPUTES describe.

        :raises LabError: one of them is not what it should be.
        """
        default = cls()
        base = environ.get('NOVA_HA_LAB_DIR')
        return cls(
            base=pathlib.Path(base).resolve() if base else default.base,
            port_base=_number(
                environ, 'NOVA_HA_LAB_PORT_BASE', default.port_base
            ),
            computes=_number(
                environ, 'NOVA_HA_LAB_COMPUTES', default.computes
            ),
        )

    @property
    def ports(self) -> Ports:
        return Ports(self.port_base)

    @property
    def cloud(self) -> pathlib.Path:
        """The virtualenv the OpenStack services are installed in."""
        return self.base / 'cloud'

    @property
    def etc(self) -> pathlib.Path:
        return self.base / 'etc'

    @property
    def log(self) -> pathlib.Path:
        return self.base / 'log'

    @property
    def run(self) -> pathlib.Path:
        return self.base / 'run'

    @property
    def state(self) -> pathlib.Path:
        return self.base / 'state'

    @property
    def snapshots(self) -> pathlib.Path:
        """Copies of freshly synchronised databases, for this address."""
        return self.base / 'snapshot' / self.address

    @property
    def pacemaker(self) -> bool:
        """Whether the lab has a Pacemaker cluster."""
        return self.controllers > 0

    @property
    def address(self) -> str:
        """Where the services of the cloud listen."""
        return BRIDGE if self.pacemaker else LOOPBACK

    @property
    def prefix(self) -> str:
        """What the names of this lab's network namespaces begin with."""
        return f'nova-ha-{self.port_base}-'

    @property
    def journal(self) -> pathlib.Path:
        """Every start and stop of a guest on any host, a JSON line each."""
        return self.state / 'guests.jsonl'

    @property
    def keystone_url(self) -> str:
        return f'http://{self.address}:{self.ports.keystone}/v3'

    @property
    def api_url(self) -> str:
        """Of the REST API of nova-ha; with Pacemaker, the first one's."""
        if self.pacemaker:
            return f'http://{controller_address(1)}:{API_PORT}'
        return f'http://{LOOPBACK}:{self.ports.compute_ha}'

    @property
    def clouds_file(self) -> pathlib.Path:
        """By which ``openstack`` logs in, wherever it is run."""
        return self.base / 'clouds.yaml'

    def bmc_address(self, index: int) -> str:
        """Of the BMC of compute host ``index`` (from 1)."""
        if not self.pacemaker:
            return LOOPBACK
        return f'10.77.1.{COMPUTE_ADDRESS + index}'

    def bmc_port(self, index: int) -> int:
        """The UDP port to go with it."""
        return IPMI_PORT if self.pacemaker else self.ports.bmc(index)

    @property
    def controller_names(self) -> list[str]:
        return [f'ctl{n}' for n in range(1, self.controllers + 1)]

    @property
    def host_names(self) -> list[str]:
        return [f'compute{n}' for n in range(1, self.computes + 1)]

    def database_url(self, name: str) -> str:
        return (
            f'mysql+pymysql://lab:{self.password}@{self.address}:'
            f'{self.ports.mariadb}/{name}?charset=utf8mb4'
        )


def controller_address(index: int) -> str:
    """Of controller number ``index`` (from 1) in a lab with Pacemaker."""
    return f'10.77.0.{CONTROLLER_ADDRESS + index}'


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise LabError(f'{name} must be a number, not {text!r}') from None

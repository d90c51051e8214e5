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

ADDRESS = '127.0.0.1'
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

    def bmc(self, index: int) -> int:
        """The UDP port of the BMC of the host number ``index`` (from 1)."""
        return self.base + FIRST_BMC_OFFSET + index - 1


@dataclasses.dataclass(frozen=True)
class LabConfig:
    """Everything about one lab that can be chosen.

    Two labs coexist when ``base`` and the blocks of ports differ. The
    passwords protect nothing: every service listens on loopback only.

    :ivar report_interval: seconds between two reports of a nova-compute to
        nova, whose own default this is. Nova takes one that is silent for
        60 s for down; the lab leaves that as it is.
    """

    base: pathlib.Path = PROJECT / '.lab'
    port_base: int = 21000
    computes: int = 4
    password: str = 'labsecret'
    bmc_user: str = 'admin'
    bmc_password: str = 'bmcsecret'
    service_user: str = 'nova-ha'
    report_interval: int = 10

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
        """Copies of freshly synchronised databases."""
        return self.base / 'snapshot'

    @property
    def journal(self) -> pathlib.Path:
        """Every start and stop of a guest on any host, a JSON line each."""
        return self.state / 'guests.jsonl'

    @property
    def keystone_url(self) -> str:
        return f'http://{ADDRESS}:{self.ports.keystone}/v3'

    @property
    def host_names(self) -> list[str]:
        return [f'compute{n}' for n in range(1, self.computes + 1)]

    def database_url(self, name: str) -> str:
        return (
            f'mysql+pymysql://lab:{self.password}@{ADDRESS}:'
            f'{self.ports.mariadb}/{name}?charset=utf8mb4'
        )


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise LabError(f'{name} must be a number, not {text!r}') from None

# SPDX-License-Identifier: Apache-2.0
"""Where everything of the fresh machines is, and how they are called."""

import dataclasses
import pathlib

from tests.lab.config import PROJECT

DEFAULT = PROJECT / '.fresh'
CONTROLLERS = ('ctl1', 'ctl2', 'ctl3')
HOST = 'cmp1'
"""Pacemaker's name of the compute host; nova's is compute1."""

ADDRESSES = {
    'ctl1': '10.77.0.11',
    'ctl2': '10.77.0.12',
    'ctl3': '10.77.0.13',
    'cmp1': '10.77.0.21',
    'cmp2': '10.77.0.22',
}
BMC = '10.77.1.21'
NOBODY = '10.77.0.99'
"""Where the guides have keystone, which no machine here is."""


@dataclasses.dataclass(frozen=True)
class Place:
    """A directory for it all, and a prefix for names that all can see.

    :ivar prefix: of network namespaces and of machines.
    """

    directory: pathlib.Path
    prefix: str = 'nova-ha-fresh-'

    @property
    def base(self) -> pathlib.Path:
        """A root as the distribution's installer leaves it."""
        return self.directory / 'base'

    @property
    def archives(self) -> pathlib.Path:
        """The distribution's packages, fetched and not installed."""
        return self.base / 'var/cache/apt/archives'

    @property
    def wheels(self) -> pathlib.Path:
        """nova-ha, of this tree, and what it requires."""
        return self.directory / 'wheels'

    @property
    def machines(self) -> pathlib.Path:
        """What each machine has changed of the base; gone with the run."""
        return self.directory / 'machines'

    @property
    def transcript(self) -> pathlib.Path:
        """Every line that was typed, and what came of it."""
        return self.directory / 'typed.txt'


def hosts_file() -> str:
    """What every machine's /etc/hosts says."""
    names = {
        **ADDRESSES,
        'db.example.org': ADDRESSES['ctl1'],
        'keystone.example.org': NOBODY,
    }
    lines = [f'{address} {name}' for name, address in names.items()]
    return '\n'.join(['127.0.0.1 localhost', *lines, ''])

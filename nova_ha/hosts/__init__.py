# SPDX-License-Identifier: Apache-2.0
"""The hosts file: which compute hosts there are and how to switch them.

Start reading at :mod:`.loader`; :mod:`.registry` keeps what it loads.
"""

from nova_ha.hosts.loader import load
from nova_ha.hosts.loader import Loaded
from nova_ha.hosts.loader import read
from nova_ha.hosts.problems import HostsFileError
from nova_ha.hosts.registry import HostsFile
from nova_ha.yaml_file.problems import Problem

__all__ = [
    'HostsFile',
    'HostsFileError',
    'Loaded',
    'Problem',
    'load',
    'read',
]

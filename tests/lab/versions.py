# SPDX-License-Identifier: Apache-2.0
"""Which versions of what took part, for reports."""

from importlib import metadata
import platform

from tests.lab import install

_TOLD = ('nova', 'keystone', 'neutron', 'openstack-placement')


def versions() -> dict[str, str]:
    """By name of the package."""
    pinned = dict(
        line.split('==', 1)
        for line in install.REQUIREMENTS.read_text().split()
        if '==' in line
    )
    return {
        'nova-ha': metadata.version('nova-ha'),
        'python': platform.python_version(),
        **{name: pinned[name] for name in _TOLD if name in pinned},
    }

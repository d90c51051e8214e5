# SPDX-License-Identifier: Apache-2.0
"""The version of the installed distribution."""

from importlib import metadata

#: The name of the distribution, as pip knows it.
DISTRIBUTION = 'nova-ha'


def version_string() -> str:
    """Return the installed version, for example ``1.2.0``.

    :raises importlib.metadata.PackageNotFoundError: nova-ha is not
        installed; run ``pip install -e .`` in a source tree.
    """
    return metadata.version(DISTRIBUTION)

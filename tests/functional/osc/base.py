# SPDX-License-Identifier: Apache-2.0
"""The real program ``openstack``, as a person runs it."""

import os
import pathlib
import subprocess
import sys

#: Beside the Python of the tests.
OPENSTACK = pathlib.Path(sys.executable).with_name('openstack')
SECONDS = 120


def environment(cloud):
    """Return what a shell of a person has who has sourced openrc.

    :param cloud: the variables of openrc.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith('OS_')
    }
    return {**kept, 'COLUMNS': '200', 'LANG': 'C.UTF-8', **cloud}


def openstack(cloud, *arguments, stdin='', program=OPENSTACK):
    """Run it to its end."""
    return subprocess.run(
        [str(program), *arguments],
        env=environment(cloud),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

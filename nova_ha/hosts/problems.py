# SPDX-License-Identifier: Apache-2.0
"""What may be wrong with the hosts file."""

from nova_ha.yaml_file.problems import FileError


class HostsFileError(FileError):
    """The hosts file cannot be used; the message lists every problem."""

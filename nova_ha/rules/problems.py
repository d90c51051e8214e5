# SPDX-License-Identifier: Apache-2.0
"""What may be wrong with the rules file."""

from nova_ha.yaml_file.problems import FileError


class RulesFileError(FileError):
    """The rules file cannot be used; the message lists every problem."""

# SPDX-License-Identifier: Apache-2.0
"""What oslo.policy's own tools load, for example oslopolicy-list-redundant."""

from nova_ha.cmd import configuration
from nova_ha.policies import enforcer


def get_enforcer() -> enforcer.Enforcer:
    """Return one that decides by the usual files."""
    return enforcer.enforcer(configuration.read_own([], files=None))

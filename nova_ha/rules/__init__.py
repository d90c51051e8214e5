# SPDX-License-Identifier: Apache-2.0
"""The rules file: what an operator wants done about which instances.

Start reading at :mod:`.loader`; :mod:`.registry` keeps what it loads. What a
rule means is in :mod:`nova_ha.recovery.rules`.
"""

from nova_ha.rules.loader import Loaded
from nova_ha.rules.loader import read
from nova_ha.rules.problems import RulesFileError
from nova_ha.rules.registry import RulesFile

__all__ = [
    'Loaded',
    'RulesFile',
    'RulesFileError',
    'read',
]

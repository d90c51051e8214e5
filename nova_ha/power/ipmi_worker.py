# SPDX-License-Identifier: Apache-2.0
"""The process of an IPMI action: ``python -m nova_ha.power.ipmi_worker``.

It must start quickly, so it imports nothing of nova-ha but what it needs.
"""

import functools
import sys
from typing import Any

from nova_ha.power import ipmi_session
from nova_ha.power import switching
from nova_ha.power import worker


def login(parameters: dict[str, Any], end: float) -> ipmi_session.Bmc:
    """Log in at the BMC."""
    return ipmi_session.Bmc(ipmi_session.Login(**parameters), end)


if __name__ == '__main__':
    perform = functools.partial(switching.perform, login)
    sys.exit(worker.main(sys.argv[1:], perform))

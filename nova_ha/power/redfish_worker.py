# SPDX-License-Identifier: Apache-2.0
"""The process of a Redfish action: ``python -m nova_ha.power.redfish_worker``.

It must start quickly, so it imports nothing of nova-ha but what it needs.
"""

import functools
import sys
from typing import Any

from nova_ha.power import redfish_session
from nova_ha.power import switching
from nova_ha.power import worker


def login(parameters: dict[str, Any], end: float) -> redfish_session.Bmc:
    """Log in at the BMC."""
    return redfish_session.Bmc(redfish_session.Login(**parameters), end)


if __name__ == '__main__':
    perform = functools.partial(switching.perform, login)
    sys.exit(worker.main(sys.argv[1:], perform))

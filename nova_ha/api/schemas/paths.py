# SPDX-License-Identifier: Apache-2.0
"""The parameters in paths."""

from collections.abc import Mapping
from typing import Any

from nova_ha.api.schemas import common
from nova_ha.api.schemas import hosts

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    'host': hosts.NAME,
    'id': common.UUID,
    'spare': hosts.NAME,
    'uuid': common.UUID,
}
"""By the name that they have in the routes."""

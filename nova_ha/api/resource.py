# SPDX-License-Identifier: Apache-2.0
"""What handlers have in common."""

from nova_ha.api.route import Parts


class Resource:
    """Handles a path by asking the engine, or what is on record."""

    def __init__(self, parts: Parts) -> None:
        self._archive = parts.archive
        self._fencing = parts.fencing
        self._defaults = parts.defaults

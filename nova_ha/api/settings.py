# SPDX-License-Identifier: Apache-2.0
"""Options that handlers read while requests come."""

from oslo_config import cfg


class Defaults:
    """What a request that does not say so itself gets; may be reloaded."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    @property
    def fence_timeout(self) -> float:
        """Seconds."""
        return float(self._conf.fencer.fence_timeout)

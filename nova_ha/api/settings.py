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

    @property
    def max_limit(self) -> int:
        """Rows in one page of a list, at most."""
        return int(self._conf.api.max_limit)

    @property
    def public_url(self) -> str:
        """Where clients reach the API; empty: where they think they do."""
        return str(self._conf.api.public_url)

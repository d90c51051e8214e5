# SPDX-License-Identifier: Apache-2.0
"""The mode, at hand at any moment without asking anybody.

It is read with each look at the store. While the store is away the last
known one stays in force, for a fence request cannot wait to be told.
"""

import logging

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing

LOG = logging.getLogger(__name__)


class ModeKeeper:
    """Knows the mode.

    :ivar standing: the one in force.
    """

    def __init__(self, modes: ports.Modes) -> None:
        self._modes = modes
        self.standing = modes.last_known() or ARMED
        self._told: Standing | None = None

    @property
    def observing(self) -> bool:
        """Whether nothing may be done."""
        return self.standing.mode is Mode.OBSERVE

    def refresh(self) -> None:
        """Read the mode; never raises."""
        try:
            self._take(self._modes.read())
        except errors.StoreError as e:
            LOG.debug('The mode stays %s: %s', self.standing, e)
            self._tell()

    def set(self, mode: Mode, who: str, reason: str) -> Standing:
        """Set the mode for all controllers; the others see it soon.

        :raises StoreUnavailable: it was not set.
        """
        wanted = Standing(mode=mode, by=who, reason=reason)
        self._take(self._modes.write(wanted))
        return self.standing

    def why_still(self) -> str:
        """Return why nothing may be done; '' when it may."""
        return f'stands still: mode {self.standing}' if self.observing else ''

    def refuse(self, what: str) -> None:
        """Do nothing of this while observing.

        :raises ObserveOnly: nothing may be done.
        """
        if self.observing:
            raise errors.ObserveOnly(
                f'{what}: nova-ha is in mode {self.standing}; it does '
                'nothing until its mode is set to armed'
            )

    def _take(self, standing: Standing) -> None:
        self.standing = standing
        self._tell()

    def _tell(self) -> None:
        if self._told == self.standing:
            return
        self._told = self.standing
        armed = self.standing.mode is Mode.ARMED
        LOG.log(
            logging.INFO if armed else logging.WARNING,
            'The mode is %s',
            self.standing,
        )

# SPDX-License-Identifier: Apache-2.0
"""The mode: a line in the store for each change, the newest one counts."""

from collections.abc import Sequence
import datetime
import json
import pathlib
from typing import TYPE_CHECKING

from oslo_log import log
import sqlalchemy as sa
from sqlalchemy import orm

from nova_ha.db import clock
from nova_ha.db import convert
from nova_ha.db.models import ModeRow as Row
from nova_ha.recovery.modes import ARMED
from nova_ha.recovery.modes import Mode
from nova_ha.recovery.modes import Standing

if TYPE_CHECKING:
    from nova_ha.db.store import SqlStore
    from nova_ha.recovery import ports

LOG = log.getLogger(__name__)

FILE = 'mode.json'
"""Below state_path."""


def listed(session: orm.Session, limit: int) -> Sequence[Standing]:
    """Return the latest modes, newest first."""
    query = sa.select(Row).order_by(Row.since.desc(), Row.id.desc())
    return [convert.standing(r) for r in session.scalars(query.limit(limit))]


def insert(session: orm.Session, standing: Standing) -> Standing:
    """Set the mode, from now on by the database's own clock.

    Controllers set it in turn, and whose clock is late must not lose.
    """
    session.execute(
        sa.insert(Row).values(
            mode=standing.mode.value,
            since=clock.now(),
            set_by=standing.by,
            reason=standing.reason,
        )
    )
    return listed(session, 1)[0]


class RememberedModes:
    """Implements :class:`~nova_ha.recovery.ports.Modes`.

    :param path: a file in which the last mode read is kept, for a start
        while the store is away.
    """

    def __init__(self, store: 'SqlStore', path: pathlib.Path) -> None:
        self._store = store
        self._path = path
        self._known: Standing | None = None

    def read(self) -> Standing:
        """Return the mode as the store has it."""
        found = self._store.modes(1)
        return self._remember(found[0] if found else ARMED)

    def write(self, standing: Standing) -> Standing:
        """Set the mode; return it as the store has it."""
        return self._remember(self._store.set_mode(standing))

    def last_known(self) -> Standing | None:
        """Return what this machine last read."""
        if self._known is not None:
            return self._known
        try:
            value = json.loads(self._path.read_text(encoding='utf-8'))
            since = value['since']
            return Standing(
                mode=Mode(value['mode']),
                since=since and datetime.datetime.fromisoformat(since),
                by=str(value['by']),
                reason=str(value['reason']),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            LOG.error('The last known mode cannot be read: %s', error)
            return None

    def _remember(self, standing: Standing) -> Standing:
        if standing != self._known:
            self._known = standing
            self._keep(standing)
        return standing

    def _keep(self, standing: Standing) -> None:
        """Replace the file in one step; without it all works but a start
        while the store is away.
        """
        since = standing.since
        text = json.dumps(
            {
                'mode': standing.mode.value,
                'since': since and since.isoformat(),
                'by': standing.by,
                'reason': standing.reason,
            }
        )
        temporary = self._path.with_suffix('.tmp')
        try:
            temporary.write_text(text + '\n', encoding='utf-8')
            temporary.rename(self._path)
        except OSError as error:
            LOG.warning('The mode is not remembered on disk: %s', error)


if TYPE_CHECKING:

    def _satisfies_the_port(modes: RememberedModes) -> ports.Modes:
        """Let mypy compare it with the port."""
        return modes

# SPDX-License-Identifier: Apache-2.0
"""The databases of the lab: made once, then copied.

Bringing seven empty databases to their schemas takes most of the time of a
first start. The data directory is copied afterwards; a lab whose state was
wiped starts from the copy.
"""

from collections.abc import Sequence
import hashlib
import shutil
import subprocess

from tests.lab import install
from tests.lab import readiness
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.parallel import in_parallel
from tests.lab.progress import Progress
from tests.lab.services.base import Service
from tests.lab.services.mariadb import MariaDB


class Databases:
    """Sees to it that MariaDB's data directory is there and fits."""

    def __init__(self, config: LabConfig, mariadb: MariaDB) -> None:
        self._config = config
        self._mariadb = mariadb
        self._marker = config.state / 'schema'

    def make(self, owners: Sequence[Service], progress: Progress) -> None:
        """Make the databases, unless they are there.

        MariaDB need not run, and may or may not run afterwards.

        :param owners: the services that have a schema.
        :raises LabError: those that are there do not fit.
        """
        wanted = self._key()
        if self._marker.exists():
            if self._marker.read_text() != wanted:
                raise LabError(
                    'the state of the lab was made with other versions or '
                    'ports; wipe it first: down --wipe'
                )
            return
        self._mariadb.stop()
        saved = self._config.snapshots / wanted
        if saved.exists():
            with progress.step('databases from the saved copy'):
                self._mariadb.restore(saved)
        else:
            self._make_anew(owners, progress)
            with progress.step('saving a copy for next time'):
                self._mariadb.stop()
                shutil.rmtree(self._config.snapshots, ignore_errors=True)
                self._mariadb.save(saved)
        self._marker.write_text(wanted)

    def _make_anew(
        self, owners: Sequence[Service], progress: Progress
    ) -> None:
        with progress.step('making an empty database'):
            self._mariadb.initialise()
            self._mariadb.start()
            readiness.wait_for_services([self._mariadb])
        names = ', '.join(each.name for each in owners)
        with progress.step(f'schemas of {names}'):
            in_parallel(each.synchronise for each in owners)

    def _key(self) -> str:
        """Changes when a saved copy would not fit any more."""
        version = subprocess.run(
            [self._mariadb.argv()[0], '--version'],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        text = (
            f'{install.fingerprint()}{version}{self._config.ports}'
            f'{self._config.password}'
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]

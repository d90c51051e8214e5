# SPDX-License-Identifier: Apache-2.0
"""Verified power-offs on disk while the store is away.

One file a record. A file has its final name only once its content is on the
disk, so whatever ends with ``.json`` is whole, whenever the power failed.
"""

from collections.abc import Sequence
import contextlib
import os
import pathlib
import time
from typing import TYPE_CHECKING
import uuid

from oslo_log import log

from nova_ha.db import spool_format
from nova_ha.recovery import errors
from nova_ha.recovery.model import FenceRecord

if TYPE_CHECKING:
    from nova_ha.recovery import ports

LOG = log.getLogger(__name__)

DIRECTORY = 'spool'
"""Below state_path."""

SUFFIX = '.json'
TEMPORARY = '.tmp'
CORRUPT = '.corrupt'


class FileSpool:
    """Implements :class:`~nova_ha.recovery.ports.Spool`.

    Keys are names of files: the time of writing in nanoseconds, by which
    they are ordered, and a random part. What a host is called is in the
    file only.

    :param directory: made at the first use if it is not there; on a disk
        that survives a restart.
    """

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory

    def put(self, record: FenceRecord) -> None:
        """Write the record and see it on disk (fsync).

        :raises StoreUnavailable: it could not be written.
        """
        key = f'{time.time_ns():020}-{uuid.uuid4().hex}{SUFFIX}'
        try:
            self._write(key, spool_format.dump(record))
        except OSError as error:
            raise self._unavailable(error) from error

    def entries(self) -> Sequence[tuple[str, FenceRecord]]:
        """Return the waiting records with their keys, oldest first.

        A file that cannot be understood is reported in the log and renamed
        to ``.corrupt``; it stops no other.

        :raises StoreUnavailable: the directory cannot be read.
        """
        try:
            names = sorted(os.listdir(self._directory))  # noqa: PTH208 (glob hides errors)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unavailable(error) from error
        keys = [name for name in names if _is_key(name)]
        found = [(key, self._read(self._directory / key)) for key in keys]
        return [(key, record) for key, record in found if record is not None]

    def remove(self, key: str) -> None:
        """Forget a record; no error when it is gone already.

        :raises StoreUnavailable: it could not be removed.
        :raises ValueError: this is no key of an entry.
        """
        if not _is_key(key):
            raise ValueError(f'{key!r} is no key of a spool entry')
        try:
            (self._directory / key).unlink(missing_ok=True)
            # Else the record may be back after a power failure. That would
            # be harmless but for the work.
            self._sync_directory()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unavailable(error) from error

    def check(self) -> None:
        """Raise StoreUnavailable unless the spool can be written now."""
        key = f'check-{uuid.uuid4().hex}{TEMPORARY}'
        try:
            self._write(key, 'nova-ha looks whether it can write here\n')
            (self._directory / key).unlink()
        except OSError as error:
            raise self._unavailable(error) from error

    def _write(self, key: str, text: str) -> None:
        self._make_directory()
        temporary = self._directory / f'.{key}{TEMPORARY}'
        try:
            _write_synced(temporary, text)
            temporary.rename(self._directory / key)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        self._sync_directory()

    def _make_directory(self) -> None:
        if self._directory.is_dir():
            return
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(self._directory.parent)

    def _sync_directory(self) -> None:
        _sync(self._directory)

    def _read(self, path: pathlib.Path) -> FenceRecord | None:
        try:
            return spool_format.load(path.read_bytes())
        except FileNotFoundError:
            return None  # taken in by another thread meanwhile
        except OSError as error:
            LOG.error('%s is not taken in: %s', path, error)
        except spool_format.CorruptRecord as error:
            LOG.error(
                '%s tells of a verified power-off but cannot be read: %s. '
                'It is kept as %s; see that its host is recovered.',
                path,
                error,
                _set_aside(path),
            )
        return None

    def _unavailable(self, error: OSError) -> errors.StoreUnavailable:
        return errors.StoreUnavailable(
            f'spool {self._directory}: {error.strerror or error}'
        )


def _is_key(name: str) -> bool:
    return name[:1].isdigit() and name.endswith(SUFFIX) and '/' not in name


def _set_aside(path: pathlib.Path) -> pathlib.Path:
    """Rename a corrupt file, if that is possible; return its name."""
    try:
        return path.rename(path.with_suffix(CORRUPT))
    except OSError:
        return path


def _write_synced(path: pathlib.Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), 'w', encoding='utf-8') as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: pathlib.Path) -> None:
    """See the names in a directory on disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if TYPE_CHECKING:

    def _satisfies_the_port(spool: FileSpool) -> ports.Spool:
        """Let mypy compare the spool with the port."""
        return spool

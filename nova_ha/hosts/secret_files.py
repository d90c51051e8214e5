# SPDX-License-Identifier: Apache-2.0
"""Secrets kept in files of their own: ``password_file`` for ``password``."""

from collections.abc import Iterator
from collections.abc import Mapping
import pathlib
import stat
from typing import Any

#: More than any password; a wrong path may well lead to something large.
MAX_BYTES = 4096


class SecretFileError(Exception):
    """The file gives no secret; the text says why."""


def secret_names(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that a driver's schema marks as secret."""
    for name, part in schema.get('properties', {}).items():
        if isinstance(part, Mapping) and part.get('secret'):
            yield name


def read_secret(directory: pathlib.Path, file: Any) -> str:
    """Return the file's text without the newline at its end.

    :param directory: where a relative path starts.
    :param file: the path, as the hosts file gives it.
    :raises SecretFileError: it cannot be read or cannot be a secret.
    """
    if not isinstance(file, str) or not file:
        raise SecretFileError('must be a path, as text')
    path = directory / file
    try:
        with path.open('rb') as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise SecretFileError(
            f'cannot read {path}: {error.strerror}; create the file, or '
            'correct the path or its permissions'
        ) from None
    except ValueError:
        raise SecretFileError('is not a path of a file') from None
    if len(content) > MAX_BYTES:
        raise SecretFileError(f'{path} is too long for a secret')
    try:
        secret = content.decode().removesuffix('\n').removesuffix('\r')
    except UnicodeDecodeError:
        raise SecretFileError(f'{path} is not text in UTF-8') from None
    if not secret or '\n' in secret:
        raise SecretFileError(f'{path} must hold one line: the secret')
    return secret


def others_may_read(path: pathlib.Path) -> bool:
    """Whether the file's mode lets every user of the machine read it."""
    return bool(path.stat().st_mode & stat.S_IROTH)

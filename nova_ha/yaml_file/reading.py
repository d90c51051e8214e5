# SPDX-License-Identifier: Apache-2.0
"""From a path to a parsed file, or to what is wrong with it."""

from collections.abc import Iterable
import pathlib

from nova_ha.yaml_file import document
from nova_ha.yaml_file.problems import FileError
from nova_ha.yaml_file.problems import Problem


def read(
    path: pathlib.Path, option: str, empty: str, error: type[FileError]
) -> document.Document:
    """Return the file as it was parsed, with something in it.

    :param option: which option of the configuration names the file.
    :param empty: what to say of a file that is empty.
    :raises FileError: of the class ``error``.
    """
    parsed = document.parse(_content(path, option, error))
    require(path, parsed.problems, error)
    if parsed.value is None:
        require(path, [Problem(0, '', '', empty)], error)
    return parsed


def require(
    path: pathlib.Path, problems: Iterable[Problem], error: type[FileError]
) -> None:
    """Raise the error if there are problems."""
    problems = tuple(problems)
    if problems:
        raise error(path, problems)


def _content(path: pathlib.Path, option: str, error: type[FileError]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as failure:
        text = (
            f'cannot be read: {failure.strerror}; {option} in the '
            'configuration says where it is'
        )
        raise error(path, [Problem(0, '', '', text)]) from None

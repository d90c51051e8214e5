# SPDX-License-Identifier: Apache-2.0
"""The hosts in memory, looked up by nova's name or Pacemaker's."""

from collections.abc import Mapping
from collections.abc import Sequence
import pathlib

from nova_ha.hosts import loader
from nova_ha.hosts.defaults import Schemas
from nova_ha.hosts.entry import names_of
from nova_ha.recovery import errors
from nova_ha.recovery.model import Host


class HostsFile:
    """Satisfies :class:`nova_ha.recovery.ports.Hosts`.

    Safe to use from several threads: a reload replaces everything in one
    assignment.

    :param schemas: the JSON schema of each power driver, by its name.
    :raises HostsFileError: the file cannot be used.
    """

    def __init__(self, path: str | pathlib.Path, schemas: Schemas) -> None:
        self.path = pathlib.Path(path)
        self._schemas = schemas
        self._by_name: Mapping[str, Host] = {}
        self._hosts: tuple[Host, ...] = ()
        self.reload()

    def reload(self) -> None:
        """Read the file again; a bad one changes nothing.

        :raises HostsFileError: it cannot be used; what was read before
            stays in force.
        """
        hosts = loader.load(self.path, self._schemas)
        self._by_name = {
            name: host for host in hosts for _, name in names_of(host)
        }
        self._hosts = hosts

    def get(self, name: str) -> Host:
        """Return the host of this name, nova's or Pacemaker's.

        :raises UnknownHost: the file names no such host.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise errors.UnknownHost(
                f'{self.path} names no host {name}; add it there and reload '
                'the service'
            ) from None

    def all(self) -> Sequence[Host]:
        """Return every host, in the file's order."""
        return self._hosts

    def problem(self) -> str:
        """Return what is wrong with the file by now; '' when nothing is.

        Its content is read at a reload only: this is asked all the time.
        """
        if self.path.is_file():
            return ''
        return (
            f'{self.path} is gone: what was read from it is in force until '
            'the next start, which will be refused; put it back'
        )

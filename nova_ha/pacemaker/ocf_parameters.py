# SPDX-License-Identifier: Apache-2.0
"""The OCF agent's parameters: one table for reading, checking, meta-data."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
import shlex

from nova_ha.pacemaker import options


class ParameterError(Exception):
    """A parameter cannot be used anywhere: the cluster has to be told so."""


class NotInstalled(Exception):
    """Something is missing on this machine; another may have it."""


class Parameter:
    """A row of the table.

    :ivar about: what it is, in a few words.
    :ivar more: the rest that an operator needs.
    """

    def __init__(
        self, name: str, default: str, about: str, more: str = ''
    ) -> None:
        self.name = name
        self.default = default
        self.about = about
        self.more = more


PARAMETERS: Sequence[Parameter] = (
    Parameter(
        'binary',
        '/usr/bin/nova-ha-fencer',
        'Program of the daemon',
        'The path of nova-ha-fencer, which is another one where nova-ha was '
        'installed into a virtual environment.',
    ),
    Parameter(
        'config',
        '/etc/nova-ha/nova-ha.conf',
        'Configuration file',
        'Given to the daemon as --config-file. It must name the same socket '
        'as the parameter socket does.',
    ),
    Parameter(
        'user',
        '',
        'User that the daemon runs as',
        'Unless it is given: nova-ha where there is such a user, as packages '
        'make it, and root elsewhere. A user other than root must own '
        'state_path, be able to read nova-ha.conf and hosts.yaml, and be one '
        'of the group haclient, to which Pacemaker answers. Directories of '
        'the parameters socket and log that do not exist are made for this '
        'user.',
    ),
    Parameter(
        'pid',
        '/run/nova-ha-fencer.pid',
        'File with the process id',
        'The agent writes it. It holds the time at which the process was '
        'started too, so that a stranger with the same id is never stopped. '
        'It should be where root alone can write: whoever can change it '
        'chooses what a stop ends.',
    ),
    Parameter(
        'socket',
        options.SOCKET,
        'Unix socket of the daemon',
        'The daemon counts as started when it answers here.',
    ),
    Parameter(
        'additional_parameters',
        '',
        'More arguments for the daemon',
        'Read as a shell would read them, without expanding anything; for '
        'example --config-dir /etc/nova-ha/conf.d.',
    ),
    Parameter(
        'log',
        '/var/log/nova-ha/fencer.log',
        'File for what the daemon writes to stdout and stderr',
        'That is all of its log where nova-ha.conf names no log_file, and '
        'little otherwise. Appended to; rotate it with copytruncate.',
    ),
)

OWN_USER = 'nova-ha'
"""Whom the daemon runs as where this user exists; as in the systemd unit."""

PATHS = ('binary', 'config', 'pid', 'socket', 'log')


class Parameters:
    """The values of one run, as attributes named like the parameters."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        values = {
            row.name: environment.get(f'OCF_RESKEY_{row.name}') or row.default
            for row in PARAMETERS
        }
        self.binary = values['binary']
        self.config = values['config']
        self.user = values['user']
        self.pid = values['pid']
        self.socket = values['socket']
        self.additional_parameters = values['additional_parameters']
        self.log = values['log']

    def account(self) -> str:
        """Return the name of the user that the daemon runs as.

        A directory server is asked, which may be away: not for monitor.
        """
        import pwd  # noqa: PLC0415  see above

        if self.user:
            return self.user
        try:
            return pwd.getpwnam(OWN_USER).pw_name
        except KeyError:
            return 'root'

    def command(self) -> list[str]:
        """Return the daemon's command line.

        :raises ParameterError: additional_parameters cannot be read.
        """
        try:
            more = shlex.split(self.additional_parameters)
        except ValueError as error:
            raise ParameterError(
                f'additional_parameters {self.additional_parameters!r}: '
                f'{error}'
            ) from None
        return [self.binary, '--config-file', self.config, *more]

    def check(self) -> None:
        """See that the daemon could be started on this machine.

        :raises ParameterError: a value makes no sense on any machine.
        :raises NotInstalled: something is missing on this one.
        """
        for name in PATHS:
            path = getattr(self, name)
            if not path.startswith('/'):
                raise ParameterError(f'{name} {path!r} is no absolute path')
        self.command()
        self._check_machine()

    def _check_machine(self) -> None:
        import pwd  # noqa: PLC0415  not for monitor

        if not os.path.isfile(self.binary):
            raise NotInstalled(
                f'there is no {self.binary}: install nova-ha, or set the '
                'parameter binary'
            )
        if not os.access(self.binary, os.X_OK):
            raise NotInstalled(f'{self.binary} may not be executed')
        if not os.path.isfile(self.config):
            raise NotInstalled(
                f'there is no {self.config}: configure nova-ha on this '
                'machine, or set the parameter config'
            )
        try:
            pwd.getpwnam(self.account())
        except KeyError:
            raise NotInstalled(f'there is no user {self.user}') from None

# SPDX-License-Identifier: Apache-2.0
"""Who asks: the user that the kernel vouches for, and whether they may."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
import pwd

import falcon
from oslo_log import log

LOG = log.getLogger(__name__)
UID = 'X_REMOTE_UID'
"""Where cheroot puts the uid of SO_PEERCRED. No header can get there."""


class NotAllowed(Exception):
    """The user at the other end may not use the socket."""


class Users:
    """The users who may use a socket, by uid.

    :param option: where they are named, for those who are refused.

    Names are looked up once: a directory server may be away while a host
    has to be fenced.
    """

    def __init__(
        self, names: Sequence[str], option: str = 'allowed_users in [fencer]'
    ) -> None:
        self._option = option
        self._names: dict[int, str] = {os.getuid(): _name(os.getuid())}
        for name in names:
            try:
                self._names[pwd.getpwnam(name).pw_uid] = name
            except KeyError:
                LOG.warning('%s names %s, who is no user here', option, name)

    def check(self, environment: Mapping[str, object]) -> str:
        """Return the name of the user at the other end.

        :raises NotAllowed: they may not use the socket.
        """
        uid = int(str(environment.get(UID, -1)))
        try:
            return self._names[uid]
        except KeyError:
            raise NotAllowed(
                f'uid {uid} may not use this socket: see {self._option} '
                'of nova-ha.conf'
            ) from None


class Gate:
    """Middleware: lets allowed users in and remembers who asks."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def process_request(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        request.context.user = self._users.check(request.env)


def who(request: falcon.Request) -> str:
    """Return the name of the user who asks, for the record."""
    return str(request.context.user)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f'uid {uid}'

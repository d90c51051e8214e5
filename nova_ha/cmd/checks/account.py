# SPDX-License-Identifier: Apache-2.0
"""Whom the fencer runs as, and whether that user can reach what it needs.

Whoever asks is mostly root, who can read everything. By convention the
fencer runs as the owner of its state_path, so it is asked as that user.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import grp
import os
import pathlib
import pwd

READ = os.R_OK
CHANGE = os.R_OK | os.W_OK
ENTER = os.R_OK | os.W_OK | os.X_OK


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """A user.

    :ivar name: for people; the uid as text for one without a name.
    :ivar gid: of the user's own group.
    """

    name: str
    uid: int
    gid: int

    def may(self, path: pathlib.Path, how: int) -> bool:
        """Whether the user gets at this path.

        :param how: one of :data:`READ`, :data:`CHANGE`, :data:`ENTER`.
        """
        with _acting_as(self):
            return os.access(path, how, effective_ids=True)

    def in_group(self, name: str) -> bool:
        """Whether the user is one of the group.

        :raises KeyError: there is no such group.
        """
        group = grp.getgrnam(name)
        return group.gr_gid == self.gid or self.name in group.gr_mem


def owner_of(path: pathlib.Path) -> Account:
    """Return the owner.

    :raises OSError: the path cannot be looked at.
    """
    status = path.stat()
    try:
        user = pwd.getpwuid(status.st_uid)
    except KeyError:
        return Account(f'uid {status.st_uid}', status.st_uid, status.st_gid)
    return Account(user.pw_name, user.pw_uid, user.pw_gid)


@contextlib.contextmanager
def _acting_as(account: Account) -> Iterator[None]:
    """Have the rights of that user for a moment; root alone can do that.

    Anybody else goes on with the rights at hand. The rights are those of the
    whole process: not for one with threads.
    """
    if os.geteuid() != 0 or account.uid == 0:
        yield
        return
    before = os.getgroups()
    try:
        os.setgroups(os.getgrouplist(account.name, account.gid))
        os.setegid(account.gid)
        os.seteuid(account.uid)
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)

# SPDX-License-Identifier: Apache-2.0
"""Playing on a lab that somebody may have up already."""

from collections.abc import Callable

from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress


def borrow(
    lab: Lab, who: str, play: Callable[[Stack, Progress], bool]
) -> bool:
    """Play on the lab as it is, or on one that is taken down afterwards.

    :param who: wants it, for the error.
    :param play: what to play once the lab is up; returns whether it went
        well. If not, or if it raises, the logs are left to be read.
    :returns: what ``play`` returned.
    :raises LabError: the lab has no Pacemaker, or did not come up.
    """
    if lab.stack is None:
        raise LabError(
            f'this lab was brought up without Pacemaker, which {who} needs; '
            'wipe it first: down --wipe'
        )
    progress = Progress()
    lab.enter()
    found_up = lab.is_up()
    good = False
    try:
        lab.up(progress)
        good = play(lab.stack, progress)
    finally:
        if not found_up:
            lab.down(progress, wipe=good)
    return good

# SPDX-License-Identifier: Apache-2.0
"""What a run comes to, from the journal of the guests and nova-api's log.

Pure. Neither witness knows which client was at work.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import statistics

from tests.lab import apilog
from tests.lab.bench.machine import Usage
from tests.lab.guests import GuestEvent


@dataclasses.dataclass(frozen=True)
class Run:
    """One recovery by one client; seconds since t0.

    :ivar back: when each guest runs elsewhere, in order.
    :ivar told: nova has begun with the PUT; ``told_in``: it took so long.
    :ivar first_asked: nova has begun with the first evacuate request.
    :ivar post: mean seconds nova-api took for an evacuate request.
    :ivar refill: mean seconds from a guest being back to the beginning of
        the evacuate request that takes its place in the window.
    :ivar calls: requests by kind, as nova-api has counted them.
    :ivar api: seconds nova-api was busy with requests, by kind.
    :ivar cpu: CPU seconds of the client.
    :ivar cloud_cpu: CPU seconds of the cloud.
    :ivar others: share of the processors that strangers had meanwhile.
    """

    client: str
    size: int
    back: Sequence[float]
    told: float
    told_in: float
    first_asked: float
    post: float
    refill: float
    calls: Mapping[str, int]
    api: Mapping[str, float]
    cpu: float
    cloud_cpu: float
    others: float

    @property
    def median(self) -> float:
        return statistics.median(self.back)

    @property
    def all_back(self) -> float:
        return self.back[-1]

    @property
    def requests(self) -> int:
        return sum(self.calls.values())


@dataclasses.dataclass(frozen=True)
class Began:
    """What the client itself tells of a run.

    :ivar t0: seconds since the epoch, as is ``ended``.
    """

    client: str
    t0: float
    ended: float
    cpu: float


def run(
    began: Began,
    usage: Usage,
    host: str,
    instances: Iterable[str],
    journal: Iterable[GuestEvent],
    requests: Sequence[apilog.Request],
    window: int,
) -> Run:
    """Make a run of what the witnesses tell.

    :param requests: those of the client's user.
    """
    t0 = began.t0
    wanted = set(instances)
    starts = sorted(
        event.time - t0
        for event in journal
        if event.uuid in wanted
        and event.event == 'start'
        and event.host != host
        and event.time >= t0
    )
    mine = [r for r in requests if t0 - 0.01 <= r.started <= began.ended]
    put = next(r for r in mine if r.method == 'PUT')
    posts = sorted(r.started - t0 for r in apilog.evacuations(mine))
    busy: Counter[str] = Counter()
    for request in mine:
        busy[request.kind] += request.seconds
    return Run(
        client=began.client,
        size=len(wanted),
        back=starts,
        told=put.started - t0,
        told_in=put.seconds,
        first_asked=posts[0],
        post=statistics.mean(r.seconds for r in apilog.evacuations(mine)),
        refill=_refill(starts, posts, window),
        calls=dict(Counter(r.kind for r in mine)),
        api=dict(busy),
        cpu=began.cpu,
        cloud_cpu=usage.cloud,
        others=usage.share,
    )


def _refill(
    starts: Sequence[float], posts: Sequence[float], window: int
) -> float:
    """Mean time a place in the window stood empty, or nearly so.

    The guest that is back frees the place a little before nova's record
    says so; that little is nova's, and the same for every client.
    """
    gaps = [
        post - freed
        for freed, post in zip(starts, posts[window:], strict=False)
    ]
    return statistics.mean(gaps) if gaps else 0.0

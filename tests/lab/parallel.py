# SPDX-License-Identifier: Apache-2.0
"""Several things at once."""

from collections.abc import Callable
from collections.abc import Iterable
from concurrent import futures


def in_parallel(calls: Iterable[Callable[[], None]]) -> None:
    """Run all to their end; then raise the first error, if any."""
    with futures.ThreadPoolExecutor(16) as pool:
        submitted = [pool.submit(call) for call in calls]
    for each in submitted:
        each.result()

# SPDX-License-Identifier: Apache-2.0
"""Whatever is done about local disks: no promise breaks, and all ends.

Random policies, snapshots, failures of glance and nova, and kills. The world
tells of a rebuild over what a guest wrote, of a guest that runs twice, and
of an evacuation asked for in vain.
"""

import logging
import os
import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery import states
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import RecoveryState as S
from tests.simulator.policies import Disks
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import World

DEEP = os.environ.get('NOVA_HA_PROMISES') == 'deep'

POLICIES = st.sampled_from(DiskPolicy)
STATUSES = st.sampled_from(['active', 'active', 'queued', 'deactivated'])
LOST = errors.ComputeUnavailable('no answer')
CALLS = st.sampled_from(
    [
        ('compute', 'evacuate'),
        ('compute', 'instance'),
        ('compute', 'migrations'),
        ('compute', 'rebuild'),
        ('images', 'newest_snapshot'),
        ('store', 'save'),
        ('store', 'save_evacuations'),
    ]
)
FAULTS = st.builds(
    lambda call, when, crash, skip: (*call, when, crash, skip),
    CALLS,
    st.sampled_from([BEFORE, AFTER]),
    st.booleans(),
    st.integers(0, 3),
)
ENDS = frozenset({S.EVACUATED, S.EVACUATION_FAILED})


@hypothesis.settings(
    max_examples=1000 if DEEP else 15,
    derandomize=not DEEP,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
@hypothesis.given(
    disk=POLICIES,
    then=st.none() | POLICIES,
    max_age=st.none() | st.just(1000.0),
    snapshots=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([10, 2000]), STATUSES),
        max_size=4,
    ),
    faults=st.lists(FAULTS, max_size=3),
    failing=st.sets(st.sampled_from(['h2', 'h3'])),
    second=st.none() | st.sampled_from([0.5, 3.0, 8.0]),
)
def promises(disk, then, max_age, snapshots, faults, failing, second):
    world = World(
        3,
        settle=5.0,
        timeout=60.0,
        restore_timeout=60.0,
        backoff=1.0,
        restore_attempts=2,
    )
    try:
        servers = [
            world.nova.boot('h1', state)
            for state in ('active', 'stopped', 'error')
        ]
        for server in servers:
            server.local = True
        for number, age, status in snapshots:
            world.images.take(servers[number], age, status)
        world.policy = Disks(disk, then, 120.0, max_age)
        world.nova.failing_rebuilds = failing
        world.start()
        world.run(5)
        for fault in faults:
            world.faults.add(as_fault(*fault))
        world.lose('h1')
        world.fence('h1')
        if second is not None:
            world.run(second)
            world.lose('h2')
            world.timeline.after(0.1, lambda: fence(world, 'h2'))
        until_all_has_ended(world)
        require_well(world, servers)
    finally:
        world.close()


def as_fault(port, method, when, crash, skip):
    seen = []

    def chosen(*_args, **_kwargs):
        seen.append(1)
        return len(seen) > skip

    error = None if crash or port != 'compute' else LOST
    return Fault(port, method, when, error, crash=crash, only=chosen)


def fence(world, host):
    if not world.daemon.process.alive:
        world.start()
    world.faults.clear()
    world.fence(host)


def until_all_has_ended(world):
    """Start what was killed again; let a wait pass; see all at rest."""
    for _ in range(5):
        world.run(30)
        if not world.daemon.process.alive:
            world.start()
    world.faults.clear()
    for recovery in world.storage.store.recoveries():
        world.until_state(recovery.host, world_state(world, recovery), 900)


def world_state(world, recovery):
    world.until(
        lambda: world.recovery(recovery.host).state in ENDS | states.FINAL,
        900,
    )
    return world.recovery(recovery.host).state


def require_well(world, servers):
    assert not world.ledger.broken, world.ledger.broken
    for recovery in world.storage.store.recoveries():
        for row in world.storage.store.evacuations(recovery.uuid):
            assert row.state in states.EVACUATION_ENDED, row
            assert row.message or row.state.value == 'succeeded', row
            if row.state.value == 'succeeded' and row.snapshot:
                server = world.nova.servers[row.instance]
                moved = server.host != row.target
                assert (
                    moved
                    or server.image == row.snapshot
                    or ('was not put back' in row.message)
                ), (row, server)
    for server in servers:
        world.nova.court.require_single(server)
        if server.host == 'h1':
            assert server.disk == 'image, written to', server


class DiskPromisesTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_promises(self):
        promises()

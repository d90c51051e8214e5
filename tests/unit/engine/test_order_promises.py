# SPDX-License-Identifier: Apache-2.0
"""No order, gate or way round breaks a promise, and every instance ends.

Two hosts die at once, with random instances of random groups on them. The
same examples each time; NOVA_HA_PROMISES=deep looks at far more.
"""

import dataclasses
import logging
import os
import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import server_states
from nova_ha.recovery import states
from nova_ha.recovery.model import Decision
from nova_ha.recovery.model import ServerGroup
from nova_ha.recovery.states import EvacuationState
from nova_ha.recovery.states import RecoveryState as S
from nova_ha.recovery.states import TargetState
from tests.simulator.wire import AFTER
from tests.simulator.wire import BEFORE
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.simulator.world import World

DEEP = os.environ.get('NOVA_HA_PROMISES') == 'deep'

NAMES = ('g0', 'g1', 'g2', 'g3')
LONGEST = 2000.0
RESTS = (S.EVACUATED, S.EVACUATION_FAILED)

READY = st.sampled_from(
    ['evacuated', 'active', {'tcp': 80}, {'delay': 15}, {'delay': 400}]
)
VM_STATES = st.sampled_from(
    sorted(set(server_states.VM_STATES) - {'deleted', 'unknown'})
)
TASKS = st.sampled_from([None, None, None, 'deleting', 'migrating', 'pausing'])
FAULTS = st.sampled_from(
    [
        ('compute', 'evacuate'),
        ('compute', 'instance'),
        ('compute', 'reset_state'),
        ('compute', 'pause'),
        ('compute', 'stop'),
        ('compute', 'migrations'),
        ('store', 'save_evacuations'),
        ('store', 'related'),
        ('store', 'events'),
    ]
)


@dataclasses.dataclass(frozen=True)
class Guest:
    host: str
    vm_state: str
    task_state: str | None
    deaf: bool
    apart: bool
    decision: Decision


@st.composite
def groups(draw):
    """Groups of which each comes after some of those before it."""
    found = {}
    for number, name in enumerate(NAMES[: draw(st.integers(0, 4))]):
        before = NAMES[:number]
        found[name] = {
            'after': draw(st.lists(st.sampled_from(before), max_size=2))
            if before
            else [],
            'ready': draw(READY),
            'timeout': draw(st.sampled_from([0, 30, 200])),
        }
    return found


GUESTS = st.lists(
    st.builds(
        Guest,
        host=st.sampled_from(['h1', 'h1', 'h2']),
        vm_state=st.one_of(st.just('active'), VM_STATES),
        task_state=TASKS,
        deaf=st.booleans(),
        apart=st.booleans(),
        decision=st.builds(
            Decision,
            evacuate=st.sampled_from([True, True, True, False]),
            priority=st.sampled_from([0, 500, 1000]),
            group=st.sampled_from(['', 'nobody-knows', *NAMES]),
            target_state=st.sampled_from(TargetState),
            reset_state=st.booleans(),
        ),
    ),
    min_size=1,
    max_size=7,
)


class OrderPromisesTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    @hypothesis.settings(
        max_examples=2000 if DEEP else 25,
        derandomize=not DEEP,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(
        mapping=groups(),
        guests=GUESTS,
        failing=st.sampled_from([set(), set(), {'h3', 'h4', 'h5'}]),
        fault=st.none() | FAULTS,
        when=st.sampled_from([BEFORE, AFTER]),
        crash=st.booleans(),
        after=st.sampled_from([0.0, 1.0, 40.0]),
    )
    def test_promises(
        self, mapping, guests, failing, fault, when, crash, after
    ):
        world = World(5, timeout=60.0)
        try:
            self.play(world, mapping, guests, failing)
            world.run(after)
            if fault is not None:
                broken = {'crash': True} if crash else {'error': NOVA_AWAY}
                if fault[0] == 'compute' or crash:
                    world.faults.add(Fault(*fault, when, **broken))
            world.run(20)
            if not world.daemon.process.alive:
                world.start()
            for host in ('h1', 'h2'):
                world.until(
                    lambda host=host: world.recovery(host).state in RESTS,
                    LONGEST,
                )
            self.judge(world, mapping)
        finally:
            world.close()

    def play(self, world, mapping, guests, failing):
        world.policy.describe(mapping)
        apart = set()
        for number, guest in enumerate(guests):
            server = world.nova.boot(
                guest.host, guest.vm_state, name=f'vm{number}'
            )
            server.task_state = guest.task_state
            world.policy.decisions[server.name] = guest.decision
            if guest.deaf:
                world.probe.deaf.add(server.name)
            if guest.apart:
                apart.add(server.uuid)
        world.nova.groups.append(
            ServerGroup('a', 'a', 'anti-affinity', frozenset(apart))
        )
        world.nova.failing = set(failing)
        world.start()
        world.run(5)
        for host in ('h1', 'h2'):
            world.lose(host)
        for host in ('h1', 'h2'):
            world.fence(host)

    def judge(self, world, mapping):
        assert not world.ledger.broken, world.ledger.broken
        assert not world.ledger.acts_of('reset_for_nothing')
        rows = [r for h in ('h1', 'h2') for r in world.rows(h).values()]
        for row in rows:
            assert row.state in states.EVACUATION_ENDED, row
            if row.state is not EvacuationState.SUCCEEDED:
                assert row.message, row
            self.judge_order(world, mapping, rows, row)
        if not world.nova.failing:
            # Never two of a group that is kept apart at the same time.
            assert not world.ledger.acts_of('late_check')

    def judge_order(self, world, mapping, rows, row):
        """Not asked for before those of the groups it comes after, unless
        these had their time.
        """
        asked = world.ledger.acts_of('evacuate', row.instance)
        begun = min(world.ledger.acts_of('force_down', row.source))
        for name in mapping.get(row.group, {}).get('after', ()):
            if not asked or asked[0] - begun >= mapping[name]['timeout']:
                continue
            for other in rows:
                if other.group == name and other.attempts:
                    arrived = world.nova.arrived.get(other.instance)
                    assert arrived is not None, (row, other)
                    assert arrived <= asked[0], (row, other)


if __name__ == '__main__':
    unittest.main()

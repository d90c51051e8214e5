# SPDX-License-Identifier: Apache-2.0
"""No rule breaks a promise: those of the engine, with rules at work.

And the promise of the rules themselves: what has to stay is never asked for,
whatever fails, dies or is tried again.
"""

import logging

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from nova_ha.recovery import errors
from nova_ha.recovery.model import Aggregate
from nova_ha.recovery.rules import Conditions
from nova_ha.recovery.rules import Disk
from nova_ha.recovery.rules import Question as Q
from nova_ha.recovery.rules import Rule
from nova_ha.recovery.rules import Rules
from nova_ha.recovery.states import DiskPolicy
from nova_ha.recovery.states import StorageClass
from nova_ha.recovery.states import TargetState
from tests.simulator.wire import Fault
from tests.simulator.world import NOVA_AWAY
from tests.simulator.world import World
from tests.unit.engine import test_promises
from tests.unit.engine.test_promises import Promises

FORBIDDEN = errors.ComputeForbidden('you may not', 403)
RBD = Conditions(aggregate=('rbd',))

KEPT = ('keep-1', 'keep-2', 'keep-3')
"""Instances that have to stay, each for another reason."""

FIRST = (
    Rule('kept', Conditions(name=('keep-[12]',)), {Q.EVACUATE: False}),
    Rule(
        'left',
        Conditions(name=('keep-3',)),
        {
            Q.STORAGE: StorageClass.LOCAL,
            Q.DISK: Disk(DiskPolicy.LEAVE),
        },
    ),
)
OTHERS = st.lists(
    st.builds(
        Rule,
        st.just('r'),
        st.sampled_from([Conditions(), RBD, Conditions(name=('vm?',))]),
        st.fixed_dictionaries(
            {},
            optional={
                Q.EVACUATE: st.booleans(),
                Q.PRIORITY: st.sampled_from([0, 500, 1000]),
                Q.STORAGE: st.sampled_from(StorageClass),
                Q.TARGET_STATE: st.just(TargetState.KEEP),
                Q.DISK: st.sampled_from(
                    [Disk(DiskPolicy.LEAVE), Disk(DiskPolicy.REBUILD)]
                ),
            },
        ),
    ),
    max_size=3,
)


class PolicyPromises(Promises):
    """The same world, with disks, an aggregate and rules."""

    @stateful.initialize(instances=st.integers(1, 4), others=OTHERS)
    def begin(self, instances, others):
        self.world = World(3, timeout=90.0)
        self.world.rules = Rules((*FIRST, *others))
        self.world.nova.host_aggregates = [
            Aggregate(1, 'rbd', '', frozenset({'h1', 'h2'}))
        ]
        for number in range(instances):
            image = 'i1' if number % 2 else None
            self.world.nova.boot('h1', image=image)
        for name in KEPT:
            # The first has nothing but its rule that keeps it.
            image = None if name == KEPT[0] else 'i1'
            self.world.nova.boot('h1', name=name, image=image)
        self.outages = {}
        self.started = {}
        self._start('c1')
        self._start('c2')

    @stateful.rule(others=OTHERS)
    def rules_change(self, others):
        self.world.rules = Rules((*FIRST, *others))

    @stateful.rule(
        error=st.sampled_from([NOVA_AWAY, FORBIDDEN]),
        times=st.sampled_from([1, 20]),
    )
    def aggregates_cannot_be_read(self, error, times):
        self._arm(Fault('compute', 'aggregates', error=error, times=times))

    @stateful.invariant()
    def what_has_to_stay_is_never_asked_for(self):
        if hasattr(self, 'world'):
            for name in KEPT:
                asked = self.world.ledger.acts_of('evacuate', f'uuid-{name}')
                assert not asked, (name, asked)


class PolicyPromisesTest(PolicyPromises.TestCase):
    settings = hypothesis.settings(
        test_promises.PROFILE,
        max_examples=5000 if test_promises.DEEP else 60,
    )

    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

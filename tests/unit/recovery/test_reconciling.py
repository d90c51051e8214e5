# SPDX-License-Identifier: Apache-2.0
"""What is found about a host: by a table, a line a scene."""

import datetime
import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.recovery import reconciling
from nova_ha.recovery import states
from nova_ha.recovery.model import ServiceMark
from nova_ha.recovery.reconciling import What
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState as S
from tests.unit.recovery import data
from tests.unit.recovery.test_gate import fence
from tests.unit.recovery.test_gate import node

FENCED = 1000.0
"""Seconds after NOW: when the host was fenced."""

UUID = '11111111-2222-4333-8444-555555555555'
MARK = str(ServiceMark(UUID, data.at(FENCED - 5)))

AWAY = node(online=False, compute_active=False)
UP = node()
IDLE = node(compute_active=False)
BEHIND = node(compute_active=False, gate=Gate.SHUT)
PROBED = node(compute_active=True, gate=Gate.SHUT)
LET_IN = node(gate=Gate.AJAR)
GATED = node(online=False, compute_active=False, gate=Gate.SHUT)
UNCLEAN = node(online=False, unclean=True)

DOWN = data.service(
    forced_down=False, disabled=False, updated_at=data.at(FENCED - 20)
)
MARKED = data.service(
    disabled_reason=MARK, updated_at=data.at(FENCED + 1), up=False
)
SERVING = data.service(
    up=True,
    forced_down=False,
    disabled=False,
    updated_at=data.at(FENCED + 60),
)


def row(state, since=0.0, **changes):
    values = {
        'state': state,
        'requested_at': data.at(since),
        'fencing_since': data.at(since),
        'state_since': data.at(since),
        **changes,
    }
    if state not in (S.FENCING, S.FENCE_FAILED, S.REQUESTED):
        values.setdefault('off_proof', data.proof(seconds=since))
    return data.recovery(**values)


def scene(node_=AWAY, service=DOWN, newest=None, **changes):
    return reconciling.Scene(
        **{
            'host': 'h1',
            'now': data.at(FENCED + 90),
            'node': node_,
            'fence': fence(FENCED),
            'newest': newest,
            'service': service,
            **changes,
        }
    )


def late(node_, service, seconds):
    return scene(node_, service, now=data.at(FENCED + seconds))


def reported(seconds, up=False):
    """Nova's record has changed so many seconds after the fence."""
    at = data.at(FENCED + seconds)
    return data.service(
        up=up, forced_down=False, disabled=False, updated_at=at
    )


FAILED = {'fence': fence(FENCED, succeeded=False)}
PENDING = {'fence': fence(FENCED, succeeded=None, at=None)}
NO_FENCE = {'fence': None}
OLD = FENCED - 500

TABLE = (
    # Fenced, and no recovery knows of it.
    ('away, not heard of since', scene(), What.RECOVER),
    ('by a reboot', scene(fence=fence(FENCED, action='reboot')), What.RECOVER),
    ('by a human', scene(fence=fence(FENCED, by='a human')), What.RECOVER),
    ('an old recovery', scene(newest=row(S.COMPLETED, OLD)), What.RECOVER),
    ('never heard of', scene(service=reported(-(10**6))), What.RECOVER),
    ('behind a gate', scene(BEHIND), What.RECOVER),
    ('behind a gate, being probed', scene(PROBED), None),
    # Back again.
    ('serves', scene(UP, SERVING), What.SERVES),
    ('serves, nova not sure yet', scene(UP, DOWN), None),
    ('runs, nova up by an old report', scene(UP, reported(-1, up=True)), None),
    ('back, still starting', late(IDLE, DOWN, 60), None),
    ('back, and never starts', late(IDLE, DOWN, 121), What.FENCE),
    ('back, started and stopped', late(IDLE, reported(9), 500), None),
    ('serves behind a gate', scene(PROBED, SERVING), What.OPEN_GATE),
    ('behind a gate, reported', scene(BEHIND, reported(9)), What.OPEN_GATE),
    # Away after it may have served.
    ('reported just after', scene(service=reported(5)), What.RECOVER),
    ('away on purpose?', scene(service=reported(60)), What.UNCLEAR),
    ('has just been there', scene(service=reported(60, up=True)), None),
    # Nothing that may be believed.
    ('fencing failed', scene(**FAILED), None),
    ('fencing is under way', scene(**PENDING), None),
    ('unclean', scene(UNCLEAN), None),
    ('unclean, marked', scene(UNCLEAN, MARKED), None),
    ('no fence', scene(**NO_FENCE), None),
    ('pacemaker does not know it', scene(None), None),
    ('settled', scene(settled=True), None),
    # Nova away.
    ('nova away', scene(service=None), What.RECOVER),
    ('nova away, long ago', late(AWAY, None, 601), None),
    ('nova away, back', scene(IDLE, None), None),
    ('nova away, behind a gate', scene(BEHIND, None), None),
    ('nova away, fencing failed', scene(service=None, **FAILED), None),
    # A recovery that is active.
    ('waits for it', scene(newest=row(S.FENCE_FAILED, OLD)), What.RECOVER),
    ('is at it', scene(newest=row(S.FENCING, OLD)), What.RECOVER),
    ('asked later', scene(newest=row(S.FENCING, FENCED + 1)), None),
    ('waits, back', scene(IDLE, newest=row(S.FENCE_FAILED, OLD)), None),
    (
        'waits, back behind its gate',
        scene(BEHIND, newest=row(S.FENCE_FAILED, OLD)),
        What.RECOVER,
    ),
    ('was coming back', scene(newest=row(S.RETURNING, OLD)), What.RECOVER),
    ('comes back', scene(LET_IN, newest=row(S.RETURNING, OLD)), None),
    ('forcing down', scene(newest=row(S.FORCING_DOWN, OLD)), None),
    ('held', scene(newest=row(S.HELD, OLD)), None),
    ('evacuating', scene(newest=row(S.EVACUATING, OLD)), None),
    ('evacuated', scene(newest=row(S.EVACUATED, OLD)), None),
    ('left behind', scene(newest=row(S.EVACUATION_FAILED, OLD)), None),
    # The same incident, in other words.
    ('our own fence', scene(newest=row(S.COMPLETED, FENCED - 2)), None),
    ('a slow level', scene(newest=row(S.COMPLETED, FENCED - 29)), None),
    ('returning from it', scene(newest=row(S.RETURNING, FENCED - 29)), None),
    (
        'cancelled knowing of it',
        scene(
            newest=row(S.CANCELLED, OLD, state_since=data.at(FENCED + 1)),
        ),
        None,
    ),
    ('cancelled before', scene(newest=row(S.CANCELLED, OLD)), What.RECOVER),
    # A lost store.
    ('a mark', scene(service=MARKED), What.REBUILD),
    ('a mark, no history', scene(service=MARKED, **NO_FENCE), What.REBUILD),
    ('a mark, not in Pacemaker', scene(None, MARKED), What.REBUILD),
    ('a mark, let in', scene(LET_IN, MARKED), What.TAKE_BACK),
    ('a mark, no gate', scene(UP, MARKED), What.TAKE_BACK),
    ('a mark, behind its gate', scene(BEHIND, MARKED), What.REBUILD),
    (
        'a mark and another recovery',
        scene(service=MARKED, newest=row(S.COMPLETED, OLD)),
        What.REBUILD,
    ),
    (
        'a mark, cancelled',
        scene(
            service=MARKED,
            mark_known=True,
            newest=row(S.CANCELLED, FENCED - 5),
        ),
        None,
    ),
    (
        'a mark of an active recovery',
        scene(service=MARKED, newest=row(S.EVACUATED, FENCED - 5)),
        None,
    ),
    ('a gate only', scene(BEHIND, DOWN), What.RECOVER),
    ('a gate only, no history', scene(BEHIND, **NO_FENCE), What.OPEN_GATE),
    ('a gate only, away, no history', scene(GATED, **NO_FENCE), What.REBUILD),
    ('a gate only, nova away', scene(BEHIND, None, **NO_FENCE), None),
    # A gate that is left.
    ('left', scene(LET_IN, SERVING, row(S.COMPLETED, FENCED)), What.OPEN_GATE),
    (
        'left by a cancelled one',
        scene(BEHIND, MARKED, row(S.CANCELLED, FENCED), mark_known=True),
        What.OPEN_GATE,
    ),
    ('left, nova away', scene(LET_IN, None, row(S.COMPLETED, FENCED)), None),
    ('not left', scene(UP, SERVING, row(S.COMPLETED, FENCED)), None),
)


class TableTest(unittest.TestCase):
    def test_every_scene(self):
        names = [name for name, _scene, _what in TABLE]
        self.assertEqual(len(set(names)), len(names))
        for name, given, expected in TABLE:
            with self.subTest(name):
                finding = reconciling.judge(given)
                self.assertIs(expected, finding and finding.what)

    def test_every_finding_is_in_the_table(self):
        found = {what for _name, _scene, what in TABLE}
        self.assertEqual(set(What) | {None}, found)

    def finding(self, name):
        given = next(s for n, s, _what in TABLE if n == name)
        return reconciling.judge(given)

    def test_the_words_say_who_did_what_when(self):
        self.assertEqual(
            'h1 was fenced at 2026-03-01 12:16:40 UTC (off by ctl1 for '
            'pacemaker-controld): nobody recovers it',
            self.finding('away, not heard of since').why,
        )
        self.assertIn(UUID, self.finding('a mark').why)
        unclear = self.finding('away on purpose?').why
        self.assertIn('nova-ha-manage fence h1', unclear)

    def test_where_the_history_alone_proves_too_little(self):
        for name in (
            'reported just after',
            'nova away',
            'a gate only, away, no history',
        ):
            self.assertTrue(self.finding(name).needs_off, name)
        for name in ('away, not heard of since', 'behind a gate', 'a mark'):
            self.assertFalse(self.finding(name).needs_off, name)

    def test_which_fence_is_the_proof_of_a_lost_incident(self):
        self.assertIsNotNone(self.finding('a mark').fence)
        self.assertIsNotNone(self.finding('a mark, behind its gate').fence)
        self.assertIsNone(self.finding('a mark, no history').fence)
        self.assertIsNone(self.finding('a mark, not in Pacemaker').fence)
        older = scene(service=MARKED, fence=fence(FENCED - 100))
        self.assertIsNone(reconciling.judge(older).fence)
        since = data.service(
            disabled_reason=MARK, updated_at=data.at(FENCED + 60)
        )
        self.assertIsNone(reconciling.judge(scene(service=since)).fence)


class NewestFenceTest(unittest.TestCase):
    def test_the_last_that_took_the_power(self):
        fences = [
            fence(1),
            fence(2, action='reboot'),
            fence(3, action='on'),
            fence(4, node='n2'),
        ]
        found = reconciling.newest_fence(fences, 'n1')
        self.assertEqual(fences[1], found)
        self.assertIsNone(reconciling.newest_fence(fences, 'n3'))

    def test_a_success_counts_though_an_attempt_failed_after_it(self):
        fences = [fence(1, succeeded=False), fence(2)]
        fences.append(fence(3, action='reboot', succeeded=False))
        found = reconciling.newest_fence(fences, 'n1')
        self.assertEqual(fences[1], found)

    def test_failures_alone(self):
        fences = [fence(1, succeeded=False), fence(2, succeeded=False)]
        found = reconciling.newest_fence(fences, 'n1')
        self.assertEqual(fences[1], found)

    def test_nothing_is_known_while_one_is_under_way(self):
        fences = [fence(1), fence(2, succeeded=None)]
        found = reconciling.newest_fence(fences, 'n1')
        self.assertEqual(fences[1], found)


TIMES = st.integers(-100, 2000)
NODES = st.builds(
    node,
    online=st.booleans(),
    unclean=st.booleans(),
    compute_active=st.booleans(),
    gate=st.sampled_from(Gate),
)
FENCES = st.builds(
    fence,
    seconds=TIMES,
    action=st.sampled_from(['off', 'reboot']),
    succeeded=st.sampled_from([True, False, None]),
)
ROWS = st.builds(row, state=st.sampled_from(S), since=TIMES)
SERVICES = st.builds(
    data.service,
    up=st.booleans(),
    forced_down=st.booleans(),
    disabled_reason=st.sampled_from([None, 'disk swap', MARK]),
    updated_at=st.one_of(st.none(), TIMES.map(data.at)),
)
SCENES = st.builds(
    reconciling.Scene,
    host=st.just('h1'),
    now=TIMES.map(data.at),
    node=st.one_of(st.none(), NODES),
    fence=st.one_of(st.none(), FENCES),
    newest=st.one_of(st.none(), ROWS),
    service=st.one_of(st.none(), SERVICES),
    mark_known=st.booleans(),
    settled=st.booleans(),
)
QUICK = hypothesis.settings(max_examples=500, derandomize=True, deadline=None)


class AlwaysTest(unittest.TestCase):
    """Whatever the world looks like."""

    @hypothesis.given(SCENES)
    @QUICK
    def test_a_fencing_that_failed_is_never_touched(self, given):
        finding = reconciling.judge(given)
        if given.node is not None and given.node.unclean:
            self.assertIsNone(finding)
        if finding is not None and finding.fence is not None:
            self.assertTrue(finding.fence.succeeded)

    @hypothesis.given(SCENES)
    @QUICK
    def test_the_history_proves_nothing_where_something_may_run(self, given):
        finding = reconciling.judge(given)
        if finding is None or finding.what not in (
            What.RECOVER,
            What.REBUILD,
        ):
            return
        if finding.fence is None or finding.needs_off:
            return
        self.assertFalse(given.node.online and given.node.compute_active)
        if given.node.online:
            self.assertIs(Gate.SHUT, given.node.gate)

    @hypothesis.given(SCENES)
    @QUICK
    def test_a_host_that_serves_is_never_taken_down(self, given):
        finding = reconciling.judge(given)
        serves = (
            given.node is not None
            and given.node.online
            and given.node.compute_active
            and given.node.gate is not Gate.SHUT
        )
        if finding is not None and serves:
            self.assertNotIn(finding.what, (What.RECOVER, What.FENCE))

    @hypothesis.given(SCENES)
    @QUICK
    def test_what_is_at_work_is_let_work(self, given):
        newest = given.newest
        if newest is not None and newest.state in states.KNOWN_OFF:
            self.assertIsNone(reconciling.judge(given))

    @hypothesis.given(SCENES)
    @QUICK
    def test_no_gate_is_opened_before_its_recovery_has_ended(self, given):
        finding = reconciling.judge(given)
        if finding is not None and finding.what is What.OPEN_GATE:
            newest = given.newest
            self.assertTrue(newest is None or newest.state in states.FINAL)


class MarkTest(unittest.TestCase):
    def test_read_back_to_the_second(self):
        at = data.NOW + datetime.timedelta(seconds=5, microseconds=7)
        mark = ServiceMark(UUID, at)
        found = ServiceMark.read(str(mark))
        self.assertEqual(UUID, found.recovery)
        self.assertEqual(at.replace(microsecond=0), found.at)
        self.assertEqual(str(mark), str(found))

    def test_what_is_no_mark(self):
        for reason in (
            None,
            '',
            'disk swap',
            'nova-ha: recovery x',
            'nova-ha: recovery x since yesterday',
        ):
            self.assertIsNone(ServiceMark.read(reason), reason)

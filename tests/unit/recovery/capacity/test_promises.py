# SPDX-License-Identifier: Apache-2.0
"""Against every order and every choice of hosts, on tiny clouds."""

import functools
import itertools

import hypothesis
from hypothesis import strategies as st
import testtools

from nova_ha.recovery.capacity import bounds
from nova_ha.recovery.capacity import model
from nova_ha.recovery.capacity import room
from nova_ha.recovery.capacity import survey
from tests.unit.recovery.capacity import builder

SETTINGS = hypothesis.settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)


@st.composite
def clouds(draw):
    """A cloud of up to four hosts; the guests of h0 and h1 matter.

    Hosts from h2 on may be spares.
    """
    hosts = [f'h{n}' for n in range(draw(st.integers(2, 4)))]
    steps = draw(st.sampled_from([1, 2]))
    totals = {
        host: {
            'MEMORY_MB': model.Inventory(
                draw(st.integers(0, 8)), max_unit=draw(st.sampled_from([2, 9]))
            ),
            'VCPU': model.Inventory(
                draw(st.integers(0, 5)), ratio=draw(st.sampled_from([1, 1.5]))
            ),
        }
        for host in hosts
    }
    guests = [
        builder.guest(
            f'g{n}',
            draw(st.sampled_from(hosts[:2])),
            flavor={
                'MEMORY_MB': steps * draw(st.integers(1, 3)),
                'VCPU': draw(st.integers(0, 2)),
            },
            extra_specs=draw(
                st.sampled_from([{}, {}, {'trait:X': 'required'}])
            ),
        )
        for n in range(draw(st.integers(1, 5)))
    ]
    group = model.ServerGroup(
        'group',
        draw(st.sampled_from(['anti-affinity', 'anti-affinity', 'affinity'])),
        frozenset(draw(st.sets(st.sampled_from([g.uuid for g in guests])))),
        draw(st.sampled_from([1, 1, 2])),
    )
    built = builder.Builder(totals, guests, groups=[group])
    traits = [draw(st.sampled_from([(), ('X',)])) for _ in hosts]
    built.providers = [
        builder.provider(
            p.name, p.inventories, p.allocations, traits=frozenset(has)
        )
        for p, has in zip(built.providers, traits, strict=True)
    ]
    spares = [h for h in hosts[2:] if draw(st.sampled_from([0, 0, 1]))]
    built.services = [builder.service(h, disabled=h in spares) for h in hosts]
    return built.cloud(spares=spares)


def outcomes(cloud, failed):
    """Return the fewest and the most that can come to be placed."""
    alive = {n for n in range(len(cloud.rooms)) if n not in failed}
    spares = {n for n in alive if cloud.spares >> n & 1}
    lows, highs = zip(
        *(
            _outcomes(cloud, failed, alive - spares | set(taken))
            for taken in itertools.combinations(
                spares, min(len(failed), len(spares))
            )
        ),
        strict=True,
    )
    return min(lows), max(highs)


def _outcomes(cloud, failed, alive):
    kinds = tuple(m.kind for n in failed for m in cloud.movers[n])

    @functools.cache
    def placed(left, taken):
        fewest, most = len(kinds), 0
        for one in left:
            for host in alive:
                if not _goes(cloud, kinds, one, host, taken):
                    continue
                low, high = placed(left - {one}, taken | {(one, host)})
                fewest, most = min(fewest, low + 1), max(most, high + 1)
            if not any(_goes(cloud, kinds, one, h, taken) for h in alive):
                # It has no place now, and never will have.
                low, high = placed(left - {one}, taken)
                fewest, most = min(fewest, low), max(most, high)
        return (fewest, most) if left else (0, 0)

    return placed(frozenset(range(len(kinds))), frozenset())


def _goes(cloud, kinds, one, host, taken):
    kind = kinds[one]
    free, mates = cloud.rooms[host], 0
    for other, where in taken:
        if where == host:
            free = room.take(free, kinds[other].need)
            mates += bool(kind.apart) and kinds[other].apart == kind.apart
    return (
        bool(kind.reach >> host & 1)
        and mates < kind.per_host
        and room.fits(free, kind.need)
    )


class PromisesTestCase(testtools.TestCase):
    @SETTINGS
    @hypothesis.given(clouds(), st.integers(1, 2))
    def test_never_promises_more_than_every_order_gives(self, cloud, number):
        hosts = [f'h{n}' for n in range(number)]
        found = builder.look(cloud, *hosts)
        fewest, most = outcomes(cloud, [cloud.number(h) for h in hosts])
        hypothesis.event(
            f'exact: {(found.sure, found.at_most) == (fewest, most)}'
        )
        self.assertLessEqual(found.sure, fewest)
        self.assertLessEqual(found.sure, found.likely)
        self.assertLessEqual(fewest, found.likely)
        self.assertLessEqual(found.likely, most)
        self.assertLessEqual(most, found.at_most)
        self.assertLessEqual(found.at_most, found.instances)
        self.assertEqual(found.instances - found.likely, len(found.left))

    @SETTINGS
    @hypothesis.given(clouds())
    def test_what_is_proved_for_any_choice_holds_for_each(self, cloud):
        fitting = survey.Fitting(cloud)
        everyone = survey._candidates(cloud)
        for number in (1, 2):
            if survey._proved(cloud, fitting, everyone, number):
                exact = survey.survey(cloud, number).worst[number - 1]
                hypothesis.event(f'proved for {number}')
                self.assertEqual('yes', exact.verdict)

    @hypothesis.given(st.integers(1, 6), st.integers(0, 40), st.integers(0, 9))
    def test_exact_for_one_flavor(self, size, free, number):
        need = room.need({'MEMORY_MB': size})
        rooms = [{'MEMORY_MB': room.Slot(free)}, {'MEMORY_MB': room.Slot(7)}]
        places = free // size + 7 // size
        kind = bounds.Kind(need, 0b11, 0b11)
        by = bounds.blockers(
            need,
            rooms,
            [n for n in (0, 1) if room.fits(rooms[n], need)],
            bounds.Others({need: number - 1} if number > 1 else {}),
        )
        expected = min(places, number)
        counts = {kind: number} if number else {}
        self.assertEqual(
            expected, bounds.sure(counts, {kind: by} if number else {})
        )
        self.assertEqual(expected, bounds.at_most(counts, rooms, 0b11))


if __name__ == '__main__':
    testtools.main()

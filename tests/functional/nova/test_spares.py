# SPDX-License-Identifier: Apache-2.0
"""Spares on real nova: its codes, its scheduler, and a whole incident."""

import dataclasses
import threading
import time

from nova_ha.clock import SystemClock
from nova_ha.engine.engine import Engine
from nova_ha.engine.pools import Pools
from nova_ha.engine.settings import Settings
from nova_ha.engine.world import World
from nova_ha.probe import SocketProbe
from nova_ha.recovery import errors
from nova_ha.recovery import model
from nova_ha.recovery import states
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.spares import LoanState
from tests.functional.nova import base
from tests.unit.db import base as db_base

State = states.RecoveryState


class Power:
    """Switches nova-compute of a host off, as its BMC would."""

    def __init__(self, computes):
        self.computes = computes
        self.off = set()

    def power_off(self, host, deadline):
        if host.name not in self.off:
            self.computes[host.name].stop()
            self.off.add(host.name)
        return model.OffProof(
            host.name, 'fake', 'test', SystemClock().now(), was_running=True
        )

    def power_on(self, host, deadline):
        pass

    def power_state(self, host, deadline):
        off = host.name in self.off
        return states.PowerState.OFF if off else states.PowerState.ON


class Hosts:
    def __init__(self, names, reserved):
        device = model.PowerDevice('fake')
        self._hosts = [
            model.Host(n, n, (device,), reserved=n in reserved) for n in names
        ]

    def get(self, name):
        return next(h for h in self._hosts if h.name == name)

    def all(self):
        return self._hosts

    def problem(self):
        return ''


class Spool:
    def put(self, record):
        raise AssertionError('the store is there')

    def entries(self):
        return []

    def remove(self, key):
        pass

    def check(self):
        pass


class Notices:
    def __init__(self):
        self.alarms = []

    def moved(self, recovery, event):
        pass

    def alarm(self, recovery, message):
        self.alarms.append(message)


class SpareTestCase(base.NovaTestCase):
    def setUp(self):
        super().setUp()
        for host in ('host3',):
            self.disable(host, 'spare')

    def disable(self, host, reason):
        self.gateway.disable(self.gateway.service(host), reason)

    def make_aggregate(self, name, *hosts, zone=None):
        body = {'aggregate': {'name': name}}
        if zone:
            body['aggregate']['availability_zone'] = zone
        made = self.admin_api.post_aggregate(body)
        for host in hosts:
            self.gateway.add_to_aggregate(made['id'], host)
        return made['id']

    def aggregates_of(self, host):
        return {a.name for a in self.gateway.aggregates() if host in a.hosts}


class GatewayTestCase(SpareTestCase):
    """What nova 34 answers."""

    def refused(self, call, *arguments):
        return self.assertRaises(errors.ComputeRefused, call, *arguments)

    def test_services_in_one_request(self):
        self.front.forget()
        found = {s.host: s for s in self.gateway.services()}
        self.assertEqual(['GET /os-services'], self.asked())
        self.assertEqual({'host1', 'host2', 'host3'}, set(found))
        self.assertEqual('spare', found['host3'].disabled_reason)
        alone = self.gateway.service('host3')
        # Its reports go on.
        alone = dataclasses.replace(
            alone, updated_at=found['host3'].updated_at
        )
        self.assertEqual(found['host3'], alone)

    def test_a_cell_that_is_down_has_no_services(self):
        with self.cell_down():
            self.assertEqual([], list(self.gateway.services()))

    def test_disabled_as_it_was_before(self):
        service = self.gateway.enable(self.gateway.service('host3'))
        self.assertFalse(service.disabled)
        for reason in ('spare', None):
            service = self.gateway.disable(service, reason)
            self.assertTrue(service.disabled)
            self.assertEqual(reason, service.disabled_reason)
            service = self.gateway.enable(service)

    def test_in_and_out(self):
        number = self.make_aggregate('ssd', 'host1')
        self.gateway.add_to_aggregate(number, 'host3')
        self.assertEqual({'ssd'}, self.aggregates_of('host3'))
        error = self.refused(self.gateway.add_to_aggregate, number, 'host3')
        self.assertEqual(409, error.code)
        self.gateway.remove_from_aggregate(number, 'host3')
        self.assertEqual(set(), self.aggregates_of('host3'))
        self.assertRaises(
            errors.ComputeNotFound,
            self.gateway.remove_from_aggregate,
            number,
            'host3',
        )
        for call in (
            self.gateway.add_to_aggregate,
            self.gateway.remove_from_aggregate,
        ):
            self.assertRaises(errors.ComputeNotFound, call, 999, 'host3')
            self.assertRaises(errors.ComputeNotFound, call, number, 'nosuch')

    def test_a_host_is_in_one_zone_only(self):
        self.make_aggregate('a', 'host3', zone='az1')
        number = self.make_aggregate('b', zone='az2')
        error = self.refused(self.gateway.add_to_aggregate, number, 'host3')
        self.assertEqual(409, error.code)
        self.assertIn('already in availability zone', str(error))

    def test_instances_do_not_change_their_zone(self):
        self.gateway.enable(self.gateway.service('host3'))
        (uuid,) = self.boot(1, host='host3')
        zone = self.make_aggregate('az1', zone='az1')
        plain = self.make_aggregate('ssd')
        self.gateway.add_to_aggregate(plain, 'host3')
        error = self.refused(self.gateway.add_to_aggregate, zone, 'host3')
        self.assertEqual(409, error.code)
        self.assertIn('availability zone of the host would', str(error))
        self.gateway.remove_from_aggregate(plain, 'host3')

        self.api.delete_server(uuid)
        self.wait_until(
            lambda: not self.gateway.instances('host3'), 'deletion'
        )
        self.gateway.add_to_aggregate(zone, 'host3')
        self.boot(1, host='host3')
        error = self.refused(self.gateway.remove_from_aggregate, zone, 'host3')
        self.assertEqual(409, error.code)
        self.assertIn('availability zone of the host would', str(error))


class IncidentTestCase(SpareTestCase):
    """The engine, on nova and a store as they are."""

    def setUp(self):
        super().setUp()
        directory = db_base.TemporaryDirectory()
        directory.setUp()
        self.addCleanup(directory.doCleanups)
        conf = db_base.configuration(state_path=directory.directory)
        db_base.migration.sync(conf)
        self.store = db_base.store.SqlStore(conf)
        self.addCleanup(self.store.close)
        self.notices = Notices()
        self.power = Power(self.computes)
        self.engine = Engine(
            World(
                hosts=Hosts(self.hosts, {'host3'}),
                power=self.power,
                compute=self.gateway,
                store=self.store,
                spool=Spool(),
                notifier=self.notices,
                probe=SocketProbe(),
                clock=SystemClock(),
            ),
            Pools.of(2, 4, 4),
            lambda: Settings(
                owner='me', scan_interval=0.5, host_watch_interval=0.5
            ),
        )
        self.zone = self.make_aggregate('az1', 'host1', 'host2', zone='az1')
        self.ssd = self.make_aggregate('ssd', 'host1')
        self.disable('host2', 'no room')

    def fail_host1(self):
        self.engine.start()
        self.addCleanup(self.engine.stop, 20)
        answer = threading.Thread(target=self._fence)
        answer.start()
        self.addCleanup(answer.join)

    def _fence(self):
        self.engine.intake.fence(
            'host1', 'test', 'dead', Deadline.after(20, time.monotonic)
        )

    def loan(self):
        found = self.store.loans()
        return found[0] if found else None

    def until_loan(self, state):
        return self.wait_until(
            lambda: (x := self.loan()) and x.state is state and x,
            f'loan {state.value}',
        )

    def until_recovery(self, state):
        return self.wait_until(
            lambda: (
                (found := self.store.recoveries('host1'))
                and found[0].state is state
                and found[0]
            ),
            f'recovery {state.value}',
        )

    def test_taken_used_and_kept_in_use(self):
        """Nobody else has room: the instance waits for the spare."""
        (uuid,) = self.boot(1)
        self.fail_host1()
        loan = self.until_loan(LoanState.LENT)
        self.assertEqual('host3', loan.spare)
        self.assertEqual({'az1', 'ssd'}, self.aggregates_of('host3'))
        self.assertFalse(self.gateway.service('host3').disabled)

        recovery = self.until_recovery(State.EVACUATED)
        self.assertEqual('host3', self.gateway.instance(uuid).host)
        names = [e.name for e in self.store.events(recovery.uuid)]
        self.assertIn('spare_taking', names)
        self.assertIn('spare_lent', names)

        self.comes_back()
        self.until_loan(LoanState.IN_USE)
        self.assertEqual({'az1', 'ssd'}, self.aggregates_of('host3'))
        self.assertFalse(self.gateway.service('host3').disabled)
        self.wait_until(
            lambda: any('spare keep host3' in a for a in self.notices.alarms),
            'alarm',
        )

        self.api.delete_server(uuid)
        self.wait_until(
            lambda: not self.gateway.instances('host3'), 'deletion'
        )
        self.engine.spare_side.orders.give_back('host3', 'Ann')
        self.assert_given_back()

    def test_unused_it_is_given_back_at_once(self):
        """The other host has room, and the scheduler prefers it."""
        self.gateway.enable(self.gateway.service('host2'))
        (uuid,) = self.boot(1)
        self.gateway.add_to_aggregate(self.ssd, 'host2')
        held = threading.Event()
        self.front.before = lambda request: (
            held.wait(50)  # longer, and our own request times out
            if request.body and 'add_host' in request.body
            else None
        )
        self.fail_host1()
        self.until_recovery(State.EVACUATED)
        held.set()
        self.assertEqual('host2', self.gateway.instance(uuid).host)
        self.assert_given_back()
        self.assertEqual({'az1', 'ssd'}, self.aggregates_of('host1'))

    def comes_back(self):
        self.power.off.discard('host1')
        self.restart_compute_service(self.computes['host1'])
        self.until_recovery(State.COMPLETED)

    def assert_given_back(self):
        self.until_loan(LoanState.RETURNED)
        service = self.gateway.service('host3')
        self.assertTrue(service.disabled)
        self.assertEqual('spare', service.disabled_reason)
        self.assertEqual(set(), self.aggregates_of('host3'))

# SPDX-License-Identifier: Apache-2.0
"""model, errors and deadline."""

import dataclasses
import datetime
import unittest
import uuid

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.model import ServiceMark
from tests.unit.recovery import data


class OffProofTest(unittest.TestCase):
    def test_a_naive_time_is_refused(self):
        naive = datetime.datetime(2026, 3, 1)  # noqa: DTZ001
        with self.assertRaisesRegex(ValueError, 'timezone-aware'):
            data.proof(verified_at=naive)

    def test_it_cannot_be_changed(self):
        with self.assertRaises(dataclasses.FrozenInstanceError):
            data.proof().host = 'h2'


class HostTest(unittest.TestCase):
    def test_the_password_is_not_shown(self):
        device = PowerDevice('ipmi', {'password': 'sesame'})
        host = Host('h1', 'n1', (device,))
        self.assertNotIn('sesame', repr(host))


class ServiceMarkTest(unittest.TestCase):
    def test_there_and_back(self):
        recovery = str(uuid.uuid4())
        mark = ServiceMark(recovery, data.NOW)
        self.assertEqual(
            f'nova-ha: recovery {recovery} since 2026-03-01T12:00:00Z',
            str(mark),
        )
        self.assertEqual(recovery, ServiceMark.recovery_of(str(mark)))

    def test_nova_can_hold_it(self):
        mark = ServiceMark(str(uuid.uuid4()), data.NOW)
        self.assertLessEqual(len(str(mark)), 255)

    def test_reasons_of_others(self):
        for reason in (None, '', 'memory is bad', 'nova-ha is being tested'):
            self.assertIsNone(ServiceMark.recovery_of(reason))


class ErrorsTest(unittest.TestCase):
    def test_what_may_be_cured_by_another_try(self):
        retriable = {
            name
            for name, error in vars(errors).items()
            if isinstance(error, type)
            and issubclass(error, errors.RecoveryError)
            and issubclass(error, errors.Retriable)
        }
        self.assertEqual(
            {
                'PowerUnreachable',
                'PowerDeviceError',
                'PowerStuck',
                'ClusterUnavailable',
                'ComputeUnavailable',
                'ImageUnavailable',
                'PlacementUnavailable',
                'StoreUnavailable',
            },
            retriable,
        )

    def test_the_tree_in_the_docstring_is_the_tree(self):
        told = [
            name
            for name, error in vars(errors).items()
            if isinstance(error, type) and issubclass(error, Exception)
        ]
        self.assertIn('StoreError', told)
        for name in told:
            self.assertIn(name, errors.__doc__)

    def test_a_refusal_keeps_its_code(self):
        self.assertEqual(400, errors.ComputeForbidden('no', 400).code)


class DeadlineTest(unittest.TestCase):
    def test_runs_out(self):
        time = [10.0]
        deadline = Deadline.after(5, lambda: time[0])
        self.assertEqual(
            (5.0, False), (deadline.remaining(), deadline.expired)
        )
        time[0] = 14.0
        self.assertEqual(
            (1.0, False), (deadline.remaining(), deadline.expired)
        )
        time[0] = 15.0
        self.assertEqual((0.0, True), (deadline.remaining(), deadline.expired))
        time[0] = 99.0
        self.assertEqual((0.0, True), (deadline.remaining(), deadline.expired))

# SPDX-License-Identifier: Apache-2.0
"""The codes that clients rely on."""

import inspect
import json
import unittest

import falcon

from nova_ha.api import errors
from nova_ha.api import ports
from nova_ha.recovery import errors as recovery_errors

#: Append only: a code that was given out is never changed.
PUBLISHED = {
    'RecoveryError': (500, 'internal', False),
    'IllegalTransition': (409, 'recovery.illegal-transition', False),
    'UnsafeRequest': (409, 'recovery.unsafe', False),
    'ObserveOnly': (409, 'mode.observe', False),
    'UnknownHost': (404, 'host.unknown', False),
    'UnknownRecovery': (404, 'recovery.unknown', False),
    'PowerError': (502, 'power.failed', False),
    'PowerUnreachable': (502, 'power.unreachable', True),
    'PowerAuthError': (502, 'power.auth', False),
    'PowerDeviceError': (502, 'power.device', True),
    'PowerStuck': (502, 'power.stuck', True),
    'PowerUnsupported': (502, 'power.unsupported', False),
    'FenceTimeout': (504, 'power.deadline', True),
    'ComputeError': (502, 'compute.failed', False),
    'ComputeUnavailable': (503, 'compute.unavailable', True),
    'ComputeRefused': (502, 'compute.failed', False),
    'ComputeForbidden': (502, 'compute.failed', False),
    'ComputeNotFound': (404, 'compute.not-found', False),
    'ComputeAmbiguous': (409, 'compute.ambiguous', False),
    'ComputeTooOld': (502, 'compute.failed', False),
    'ImageError': (502, 'image.failed', False),
    'ImageUnavailable': (503, 'image.unavailable', True),
    'ImageForbidden': (502, 'image.failed', False),
    'ImageNotFound': (502, 'image.failed', False),
    'PlacementError': (502, 'placement.failed', False),
    'PlacementUnavailable': (503, 'placement.unavailable', True),
    'ClusterError': (502, 'cluster.failed', False),
    'ClusterUnavailable': (503, 'cluster.unavailable', True),
    'StoreError': (503, 'store.failed', False),
    'StoreUnavailable': (503, 'store.unavailable', True),
    'StaleRecovery': (409, 'store.stale', True),
    'NotOwner': (409, 'store.not-owner', True),
    'ActiveRecoveryExists': (409, 'store.active-exists', True),
    'UnknownLoan': (404, 'spare.not-lent', False),
    'SpareTaken': (409, 'spare.taken', True),
    'UnknownRehearsal': (404, 'rehearsal.unknown', False),
    'UnknownMarker': (400, 'request.marker', False),
    'HostAlive': (409, 'host.alive', False),
}
ARGUMENTS = {
    'IllegalTransition': ('held', 'started'),
    'ComputeRefused': ('no', 400),
    'ComputeForbidden': ('no', 403),
}


class ErrorsTest(unittest.TestCase):
    def every_error(self):
        kinds = [
            kind
            for module in (recovery_errors, ports)
            for kind in vars(module).values()
            if inspect.isclass(kind)
            and issubclass(kind, recovery_errors.RecoveryError)
        ]
        for kind in kinds:
            name = kind.__name__
            yield name, kind(*ARGUMENTS.get(name, ('text',)))

    def test_every_error_has_its_published_code(self):
        found = {}
        for name, error in self.every_error():
            code = errors.of(error)
            found[name] = (code.status, code.code, code.retriable)
        self.assertEqual(PUBLISHED, found)

    def test_an_error_that_is_not_in_the_table_goes_as_its_parent(self):
        class Burnt(recovery_errors.PowerUnreachable):
            pass

        self.assertEqual('power.unreachable', errors.of(Burnt('x')).code)

    def test_write(self):
        response = falcon.Response()
        errors.write(response, errors.Code(502, 'power.auth'), 'no "x"')
        self.assertEqual(502, response.status_code)
        self.assertEqual(
            {
                'error': {
                    'code': 'power.auth',
                    'message': 'no "x"',
                    'retriable': False,
                }
            },
            json.loads(response.text),
        )

# SPDX-License-Identifier: Apache-2.0
"""What the tests of the store need: a configuration, and test data."""

import concurrent.futures
import datetime
import itertools
import logging
import pathlib
import shutil
import tempfile
import time
import unittest
import uuid

from oslo_config import cfg
from sqlalchemy import exc as sa_exc

from nova_ha import conf as options
from nova_ha.db import migration
from nova_ha.db import store
from nova_ha.recovery import errors
from nova_ha.recovery import model
from nova_ha.recovery import spares
from nova_ha.recovery import states

START = datetime.datetime(2026, 3, 1, 12, 0, 0, 123456, datetime.UTC)

# oslo.db logs what the tests provoke.
logging.getLogger('oslo_db').addHandler(logging.NullHandler())

_hosts = itertools.count(1)


def configuration(connection=None, state_path=None):
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='nova-ha', default_config_files=[])
    if connection:
        conf.set_override('connection', connection, group='database')
    if state_path:
        conf.set_override('state_path', str(state_path))
    return conf


def new_recovery(host=None, **fields):
    values = {
        'uuid': str(uuid.uuid4()),
        'host': host or f'compute-{next(_hosts)}',
        'state': states.RecoveryState.REQUESTED,
        'origin': 'fence_nova_ha',
        'reason': 'Pacemaker asked for off',
        'requested_at': START,
        'fencing_since': START,
        'state_since': START,
        'updated_at': START,
    }
    return model.Recovery(**{**values, **fields})


def new_event(recovery, name='fence_requested', **fields):
    values = {
        'recovery': recovery.uuid,
        'at': START,
        'name': name,
        'state': recovery.state,
    }
    return model.RecoveryEvent(**{**values, **fields})


def new_evacuation(recovery, **fields):
    values = {
        'recovery': recovery.uuid,
        'instance': str(uuid.uuid4()),
        'name': 'web-1',
        'state': states.EvacuationState.PENDING,
        'source': recovery.host,
        'vm_state': 'active',
    }
    return model.Evacuation(**{**values, **fields})


def new_loan(recovery, **fields):
    values = {
        'uuid': str(uuid.uuid4()),
        'spare': 'spare-1',
        'recovery': recovery.uuid,
        'host': recovery.host,
        'state': spares.LoanState.TAKING,
        'undo': spares.Undo('spare'),
        'taken_at': START,
        'state_since': START,
    }
    return spares.Loan(**{**values, **fields})


def race(number, function):
    """Call the function with 0..number-1 at once; return the outcomes."""
    with concurrent.futures.ThreadPoolExecutor(number) as pool:
        futures = [pool.submit(function, i) for i in range(number)]
        return [f.exception() or f.result() for f in futures]


def contest(number, function):
    """Race; who had no connection in time tries again.

    On a slow machine the last of many waits for longer than a store lets
    anybody wait. Nothing was written then.
    """

    def patient(i):
        end = time.monotonic() + 60
        while True:
            try:
                return function(i)
            except errors.StoreUnavailable as e:
                waited = isinstance(e.__cause__, sa_exc.TimeoutError)
                if not waited or time.monotonic() > end:
                    raise

    return race(number, patient)


class TemporaryDirectory(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nova-ha'))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)


class StoreTest(TemporaryDirectory):
    """An empty store; a class below says on which database."""

    def make_conf(self):
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.conf = self.make_conf()
        migration.sync(self.conf)
        self.store = self.new_store()

    def new_store(self):
        made = store.SqlStore(self.conf)
        self.addCleanup(made.close)
        return made

    def open(self, host=None, **fields):
        recovery = new_recovery(host, **fields)
        return self.store.open(recovery, new_event(recovery))


class SQLite:
    """Mixed in before a test: its store is a file."""

    def make_conf(self):
        return configuration(state_path=self.directory)

# SPDX-License-Identifier: Apache-2.0
"""A directory with a fencer and a BMC in it."""

import contextlib
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

from testtools import content

from tests.bmc.ipmi_sim import file_chassis
from tests.bmc.ipmi_sim import IpmiSim
from tests.functional.daemon.process import FencerProcess
from tests.functional.daemon.process import wait_until
from tests.functional.servers.process import free_udp_port

USER, PASSWORD = 'admin', 'bmc-secret'


class SmallWorld:
    """A directory, BMCs and fencers, for a TestCase."""

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='nova-ha-'))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.bmcs = {}

    def make_bmc(self, host):
        """A BMC with its machine; the power parameters of the host."""
        directory = self.directory / f'bmc-{host}'
        bmc = IpmiSim(
            name=host,
            directory=directory,
            address='127.0.0.1',
            port=free_udp_port(),
            user=USER,
            password=PASSWORD,
            chassis_command=file_chassis(directory / 'chassis'),
        )
        bmc.start()
        self.addCleanup(bmc.stop)
        self.bmcs[host] = bmc
        return {
            'driver': 'ipmi',
            'address': bmc.address,
            'port': bmc.port,
            'user': USER,
            'password': PASSWORD,
        }

    def make_fencer(self, name='fencer-1', hosts=None, **options):
        if hosts is None:
            hosts = {'compute1': self.make_bmc('compute1')}
        fencer = FencerProcess(self.directory, hosts, options, name)
        self.addCleanup(fencer.stop)
        self.addCleanup(self.tell_log, fencer)
        return fencer

    def tell_log(self, fencer):
        """After a failure, what the daemon said."""
        if not fencer.output.exists():
            return
        if hasattr(self, 'addDetail'):
            self.addDetail(
                fencer.name, content.text_content(fencer.log()[-6000:])
            )
        elif not self._outcome.success:
            print(f'--- {fencer.name}:\n{fencer.log()[-6000:]}')

    def power(self, host='compute1'):
        chassis = self.bmcs[host].directory / 'chassis' / 'power'
        return chassis.read_text().strip()

    @contextlib.contextmanager
    def bmc_hangs(self, host='compute1'):
        pid = self.bmcs[host].pid()
        os.killpg(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(pid, signal.SIGCONT)

    def newest(self, host='compute1'):
        store = self.fencer.store()
        try:
            found = store.recoveries(host=host, limit=1)
        finally:
            store.close()
        return found[0] if found else None

    def wait_for_state(self, state, host='compute1', seconds=20.0, owner=None):
        def reached():
            newest = self.newest(host)
            seen[:] = [newest]
            return (
                newest is not None
                and newest.state.value == state
                and owner in (None, newest.owner)
                and newest
            )

        seen = []
        try:
            return wait_until(reached, f'recovery {state}', seconds)
        except AssertionError as error:
            raise AssertionError(f'{error}; it is {seen}') from None


class DaemonTest(SmallWorld, unittest.TestCase):
    """One host with a BMC, one fencer, not started."""

    def setUp(self):
        super().setUp()
        self.fencer = self.make_fencer()

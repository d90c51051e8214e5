# SPDX-License-Identifier: Apache-2.0
"""However many read over TCP, a fence request finds a thread at once."""

import concurrent.futures
import threading
import unittest

import requests

from nova_ha.api import front
from nova_ha.api import tcp
from nova_ha.api import web
from nova_ha.pacemaker import client
from nova_ha.recovery.states import PowerState
from tests.functional.api import base
from tests.functional.daemon.process import wait_until
from tests.functional.rest import beside_fencing
from tests.functional.rest.beside_fencing import Load
from tests.functional.servers.process import free_port

READERS = 50
THREADS = 4


class ApartTest(base.ApiTestCase):
    """Public reads hang in the engine, more of them than there are threads."""

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.let_go = threading.Event()
        self.addCleanup(self.let_go.set)
        self.hanging = threading.Semaphore(0)
        self.engine.unready = self.hang

    def hang(self):
        self.hanging.release()
        self.let_go.wait(60)
        return []

    def test_a_fence_request_waits_for_no_reader(self):
        conf = self.conf(threads=4)
        login = self.directory / 'login.conf'
        login.write_text('[keystone_authtoken]\nauth_type = none\n')
        conf([], default_config_files=[str(login)])
        for name, value in (
            ('enabled', True),
            ('bind_port', self.port),
            ('threads', THREADS),
        ):
            conf.set_override(name, value, 'api')
        daemon = front.FrontApi(conf, front.path(conf), self.engine)
        daemon.start()
        self.addCleanup(daemon.stop, 5)
        people = tcp.TcpApi(
            conf, lambda: web.application(conf, str(front.path(conf)))
        )
        people.start()
        self.addCleanup(people.stop, 5)
        wait_until(lambda: people.serving, 'REST API')
        self.start()
        with concurrent.futures.ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(self.read, n) for n in range(READERS)]
            for _ in range(THREADS):
                self.assertTrue(self.hanging.acquire(timeout=20))
            self.assertFalse(self.hanging.acquire(timeout=0.1))
            answer = client.ask(
                str(self.path),
                'POST',
                '/v1/fence',
                {'host': 'compute-1', 'deadline': 20},
                25,
            )
            self.assertEqual('compute-1', answer['off_proof']['host'])
            self.assertIs(PowerState.OFF, self.engine.power['compute-1'])
            self.assertFalse(any(one.done() for one in reading))
            self.let_go.set()
            self.assertEqual({200}, {one.result(30) for one in reading})

    def read(self, number):
        """Read under a name that nobody else asks, so as to share nothing."""
        return requests.get(
            f'http://127.0.0.1:{self.port}/v1/health/ready',
            headers={'Host': f'controller{number}'},
            timeout=60,
        ).status_code


class BesideTest(unittest.TestCase):
    """A small round of tests.functional.rest.beside_fencing."""

    def test_readers_do_not_slow_fencing_down(self):
        order = (Load.ELSEWHERE, Load.HERE)
        # Several times those that are fenced at once: a moment in which this
        # machine stands still holds up fewer than half of them.
        number = 3 * beside_fencing.PARALLEL
        rounds = beside_fencing.compare(number, READERS, order)
        elsewhere, here = (rounds[load] for load in order)
        print(f'elsewhere: {elsewhere}\nhere: {here}')
        self.assertEqual(number, len(here.fences))
        self.assertGreater(len(here.reads), 50)
        # A machine that runs tests is a busy one: seconds would say little.
        self.assertLess(here.median, elsewhere.median * 5 + 0.5)

# SPDX-License-Identifier: Apache-2.0
"""Lines of real logs, as lines of a transcript."""

import datetime
import pathlib
import tempfile
import unittest
import uuid

from tests.lab.apilog import Request
from tests.lab.guests import GuestEvent
from tests.lab.scenarios import witnesses
from tests.lab.scenarios.witnesses import Line

PACEMAKER = """\
Nov 25 15:10:30.000 ctl1 pacemaker-controld  [46] (log_executor_event) \t\
notice: Result of start operation for compute1 on ctl1: ok | CIB update 38
Nov 25 15:10:37.037 ctl1 pacemaker-controld  [46] (monitor_timeout_cb) \t\
info: Timed out waiting for remote poke response from compute1
Nov 25 15:10:37.041 ctl1 pacemaker-controld  [46] (lrmd_api_disconnect) \t\
info: Disconnecting TLS compute1 executor connection
Nov 25 15:10:37.100 ctl1 pacemaker-fenced    [42] (initiate_remote_stonith_op)\
 \tnotice: Requesting peer fencing (reboot) targeting compute1 | id=8b9 state=0
a line of another form
"""
FENCER = """\
2026-11-25 15:10:37.207 88 INFO nova_ha.api.app [-] POST /v1/fence by root: \
200 OK after 0.039 s [req-7e23]
2026-11-25 15:10:37.250 88 INFO nova_ha.api.app [-] POST /v1/hints by \
hacluster: 202 Accepted after 0.000 s [req-d3df]
2026-11-25 15:10:37.300 88 WARNING nova_ha.engine.host_watch [-] not well
2026-11-25 15:10:37.400 88 INFO alembic.runtime.migration [-] Context impl
"""


def at(text):
    """Seconds since the epoch of a local time of the day above."""
    time = datetime.datetime.fromisoformat(f'2026-11-25T{text}')
    return time.astimezone().timestamp()


class TestLogs(unittest.TestCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.log = pathlib.Path(directory.name) / 'log'

    def test_hints_are_counted(self):
        self.log.write_text(FENCER)

        self.assertEqual(1, witnesses.hints(self.log, at('15:10:37')))
        self.assertEqual(0, witnesses.hints(self.log, at('15:10:37.251')))

    def test_pacemaker_tells_what_it_noticed_and_decided(self):
        self.log.write_text(PACEMAKER)

        lines = list(witnesses.pacemaker(self.log, at('15:10:36')))

        self.assertEqual(
            [
                Line(
                    at('15:10:37.037'),
                    'pacemaker',
                    'ctl1: Timed out waiting for remote poke response from '
                    'compute1',
                ),
                Line(
                    at('15:10:37.100'),
                    'pacemaker',
                    'ctl1: Requesting peer fencing (reboot) targeting '
                    'compute1',
                ),
            ],
            lines,
        )

    def test_fencer_tells_its_level_unless_all_is_well(self):
        self.log.write_text(FENCER)

        lines = list(witnesses.fencer(self.log, 'ctl1', at('15:10:37')))

        self.assertEqual(
            [
                (
                    'ctl1: POST /v1/fence by root: 200 OK after 0.039 s '
                    '[req-7e23]'
                ),
                'ctl1: WARNING not well',
            ],
            [line.text for line in lines],
        )

    def test_log_that_is_not_there(self):
        self.assertEqual([], list(witnesses.pacemaker(self.log, 0)))


class TestOthers(unittest.TestCase):
    def test_nova_tells_what_it_changed(self):
        path = '/v2.1/os-services/00000000-0000-0000-0000-000000000000'
        changed = Request(100.0, 0.5, 'user', 'PUT', path, 200)
        read = Request(100.0, 0.5, 'user', 'GET', path, 200)

        lines = list(witnesses.nova([changed, read], 99))

        self.assertEqual(
            [
                Line(
                    100.5,
                    'nova',
                    'PUT /os-services/{id}: 200 after 0.500 s',
                )
            ],
            lines,
        )

    def test_hosts_tell_of_their_guests(self):
        events = [
            GuestEvent(98, 'start', 'spawn', 'a', 'compute1'),
            GuestEvent(100, 'stop', 'host-power-off', 'a', 'compute1'),
        ]

        lines = list(witnesses.hosts(events, 99))

        self.assertEqual(
            [Line(100, 'guest', 'a stopped on compute1 (host-power-off)')],
            lines,
        )

    def test_transcript_is_in_order_and_ends(self):
        lines = [
            Line(102.5, 'nova', 'second'),
            Line(99.0, 'scenario', 'first'),
            Line(200.0, 'nova', 'too late'),
        ]

        self.assertEqual(
            '   -1.000  scenario   first\n   +2.500  nova       second\n',
            witnesses.told(lines, 100, 150),
        )

    def test_what_pacemaker_repeats_is_told_a_few_times(self):
        lines = [
            Line(100 + n, 'pacemaker', f"Operation 'reboot' [{n}] failed")
            for n in range(10)
        ]
        lines += [Line(120 + n, 'guest', 'started') for n in range(10)]

        told = witnesses.told(lines, 100, 150)

        self.assertEqual(6, told.count("Operation 'reboot'"))
        self.assertEqual(10, told.count('started'))
        self.assertIn('\n4 lines like those above are left out.\n', told)

    def test_what_many_instances_do_is_told_of_some(self):
        lines = [
            Line(100 + n, 'guest', f'{uuid.UUID(int=n)} started')
            for n in range(70)
        ]

        told = witnesses.told(lines, 100, 200)

        self.assertEqual(60, told.count(' started'))
        self.assertIn('\n10 lines like those above are left out.\n', told)

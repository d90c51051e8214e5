# SPDX-License-Identifier: Apache-2.0

import datetime
import pathlib
import tempfile

import testtools

from tests.lab import apilog

UUID = '5d3c2f5e-30a4-44c5-9d25-2ed3b3a3a9d1'
PUT = (
    '2026-11-23 16:04:55.719 28595 INFO nova.api.openstack.requestlog '
    '[None req-2d289821-7b98-4458-8acb-17ce5ea78ba2 user1 project1 - - '
    'default default] 127.0.0.1 "PUT /v2.1/os-services/c3bac08f-0598-4bcb-'
    'a24c-a83f8c62423f" status: 200 len: 248 microversion: 2.94 time: 0.131128'
)
POST = (
    '2026-11-23 16:04:56.000 28595 INFO nova.api.openstack.requestlog '
    '[None req-2d289821-7b98-4458-8acb-17ce5ea78ba2 user2 project1 - - '
    f'default default] 127.0.0.1 "POST /v2.1/servers/{UUID}/action" '
    'status: 200 len: 0 microversion: 2.94 time: 0.500000'
)
GET = (
    '2026-11-23 16:04:57.000 28595 INFO nova.api.openstack.requestlog '
    '[None req-2d289821-7b98-4458-8acb-17ce5ea78ba2 user2 project1 - - '
    'default default] 127.0.0.1 "GET /v2.1/os-migrations?a=b&limit=500" '
    'status: 200 len: 5 microversion: 2.94 time: 0.010000'
)
OTHER = '2026-11-23 16:04:57.000 28595 WARNING neutronclient [None] GET /x'


def when(text):
    return datetime.datetime.fromisoformat(text).astimezone().timestamp()


class ApiLogTest(testtools.TestCase):
    def test_a_line_is_a_request(self):
        (request,) = apilog.parse([PUT])
        self.assertEqual('PUT /os-services/{id}', request.kind)
        self.assertEqual('user1', request.user)
        self.assertEqual(200, request.status)
        self.assertAlmostEqual(
            when('2026-11-23 16:04:55.719'), request.ended, 3
        )
        self.assertAlmostEqual(0.131128, request.seconds)

    def test_the_query_is_no_part_of_the_kind(self):
        (request,) = apilog.parse([GET])
        self.assertEqual('GET /os-migrations', request.kind)

    def test_other_lines_are_passed_over(self):
        self.assertEqual([], list(apilog.parse([OTHER, '', 'Traceback'])))

    def test_evacuations_are_the_actions(self):
        found = apilog.evacuations(apilog.parse([PUT, POST, GET]))
        self.assertEqual(
            ['POST /servers/{id}/action'], [r.kind for r in found]
        )

    def test_a_log_is_read_from_a_position_in_the_order_of_beginning(self):
        with tempfile.TemporaryDirectory() as directory:
            log = pathlib.Path(directory) / 'nova-api.log'
            log.write_text('\n'.join([PUT, GET, POST]) + '\n')
            found = apilog.read(log, len(PUT) + 1)
        self.assertEqual(['POST', 'GET'], [r.method for r in found])

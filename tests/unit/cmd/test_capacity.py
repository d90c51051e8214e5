# SPDX-License-Identifier: Apache-2.0
"""nova-ha-manage capacity: what it prints, its exit code, its errors."""

import contextlib
import io
import json
import pathlib

import fixtures
import testtools

from nova_ha.cmd import manage
from tests.unit.placement import service

CELLS = """\
+-----------+--------------------------------------+----------+
| Cell Name |              Cell UUID               | Hostname |
+-----------+--------------------------------------+----------+
|   cell1   | 11111111-0000-4000-8000-000000000001 |  host1   |
|   cell2   | 22222222-0000-4000-8000-000000000002 |  host2   |
+-----------+--------------------------------------+----------+
"""


class CapacityTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.stock = service.Stock({'host1': 4, 'host2': 4}, [])
        self.service = self.useFixture(service.Service(self.stock))

    def put(self, host, *sizes):
        for size in sizes:
            uuid = f'i{len(self.stock.servers)}'
            self.stock.servers.append((uuid, host, size))

    def run_command(self, *arguments, more=''):
        out, err = io.StringIO(), io.StringIO()
        file = str(self.service.write(more))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = manage.main(['--config-file', file, 'capacity', *arguments])
        return code, out.getvalue(), err.getvalue()

    def assert_says(self, code, *arguments):
        found, out, err = self.run_command(*arguments)
        self.assertEqual((code, ''), (found, err))
        return out

    def assert_failed(self, *arguments, more=''):
        code, _, err = self.run_command(*arguments, more=more)
        self.assertEqual(1, code, err)
        [line] = err.splitlines()
        return line

    def test_yes(self):
        self.put('host1', 1, 1)
        self.put('host2', 2)
        out = self.assert_says(0)
        self.assertIn('The cloud bears the loss of any 1 host.', out)
        self.assertIn('| host1   | up  | 2         | 2    | 2      |', out)
        self.assertIn('Read 2 hosts and 3 instances in ', out)
        self.assertIn(f'{len(self.service.requests)} requests.', out)
        self.assertIn('Note: not considered', out)

    def test_perhaps(self):
        self.stock.hosts['host3'] = 2
        self.stock.hosts['host2'] = 2
        self.put('host1', 1, 1, 2)
        self.assertIn('| perhaps |', self.assert_says(1))

    def test_no(self):
        self.put('host1', 3)
        self.put('host2', 2)
        out = self.assert_says(2)
        self.assertIn('does not bear the loss of any one host', out)
        self.assertIn('1 with too little MEMORY_MB', out)

    def test_json(self):
        self.put('host1', 3)
        said = json.loads(self.assert_says(0, '-f', 'json', '--worst', '1'))
        self.assertEqual(1, said['bears'])
        (worst,) = said['worst']
        self.assertEqual(
            ('every choice', 'yes', ['host1'], 1),
            (
                worst['method'],
                worst['verdict'],
                worst['outlook']['hosts'],
                worst['outlook']['sure'],
            ),
        )
        self.assertEqual(1, said['cost']['instances'])
        self.assertEqual(['yes', 'yes'], [h['verdict'] for h in said['hosts']])

    def test_hosts(self):
        self.put('host1', 3)
        self.put('host2', 2, 2)
        self.assert_says(2, '--host', 'host1')
        out = self.assert_says(2, '--host', 'host1', '--host', 'host2')
        self.assertIn('| host1, host2 |', out)
        self.assertIn('no other host', out)
        self.assertNotIn('The worst', out)

    def test_pages(self):
        self.service.page = 2
        self.put('host1', *[1] * 5)
        said = json.loads(self.assert_says(2, '-f', 'json'))
        self.assertEqual(5, said['cost']['instances'])

    def test_an_older_nova(self):
        self.service.newest = '2.90'
        self.put('host1', 1)
        self.assertIn('nova is older than 2.96', self.assert_says(0))

    def test_cells(self):
        self.put('host1', 1)
        file = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'cells')
        file.write_text(CELLS)
        out = self.assert_says(2, '--cells', str(file))
        self.assertIn('1 in another cell', out)
        file.write_text('host1 cell1\n')
        self.assertIn('is not what', self.assert_failed('--cells', str(file)))
        self.assertIn('--cells', self.assert_failed('--cells', '/nosuch'))

    def test_errors(self):
        self.assertIn(
            'knows no nova-compute on host x',
            self.assert_failed('--host', 'x'),
        )
        path = '/placement/resource_providers'
        self.service.scripts[path] = (403, {})
        self.assertIn('the role admin or service', self.assert_failed())
        self.service.scripts = {'/nova/v2.1/os-services': (403, {})}
        self.assertIn('the role admin', self.assert_failed())
        self.service.scripts = {}
        self.stock.hosts.clear()
        self.assertIn('no host that could fail', self.assert_failed())

    def test_the_cell_of_an_instance_is_down(self):
        stub = {'id': 'i0', 'status': 'UNKNOWN'}
        self.service.scripts['/nova/v2.1/servers/detail'] = (
            200,
            {'servers': [stub]},
        )
        self.assertIn('the database of its cell', self.assert_failed())

    def test_spares_need_the_hosts_file(self):
        text = self.run_command('--with-spares', more='')[2]
        self.assertIn('hosts.yaml', text)

    def test_usage(self):
        for wrong in (('--worst', '0'), ('-f', 'xml')):
            error = self.assertRaises(SystemExit, self.run_command, *wrong)
            self.assertEqual(2, error.code)

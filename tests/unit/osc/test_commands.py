# SPDX-License-Identifier: Apache-2.0
"""Every command, by its entry point, in every format of cliff's."""

import configparser
import contextlib
import csv
import importlib
import io
import json
import pathlib
import types

import fixtures
from osc_lib import exceptions
import testtools
import yaml

from nova_ha.osc import errors
from nova_ha.osc import plugin
from tests.unit.osc import answers
from tests.unit.osc import cloud
from tests.unit.osc import pictures

GROUP = 'openstack.compute_ha.v1'


def entry_points():
    """Return the class of each command, by its name in words."""
    parser = configparser.ConfigParser(interpolation=None)
    root = pathlib.Path(__file__).parents[3]
    parser.read_string((root / 'setup.cfg').read_text(encoding='utf-8'))
    found = {}
    for line in parser['entry_points'][GROUP].strip().splitlines():
        name, _, target = line.partition(' = ')
        module, _, cls = target.partition(':')
        words = name.strip().replace('_', ' ')
        found[words] = getattr(importlib.import_module(module), cls)
    return found


COMMANDS = entry_points()

#: Arguments with which each command that shows something does so.
SHOWING = {
    'ha capacity show': [],
    'ha evacuation list': [answers.UUID],
    'ha event list': [answers.UUID],
    'ha explain host': ['compute-1'],
    'ha explain server': [answers.INSTANCES[0]],
    'ha health show': [],
    'ha host check': ['compute-1'],
    'ha host list': [],
    'ha host power show': ['compute-1'],
    'ha host show': ['compute-1'],
    'ha mode set': ['paused', '--reason', 'tests'],
    'ha mode show': [],
    'ha recovery cancel': [answers.UUID],
    'ha recovery confirm off': [answers.UUID, '--yes'],
    'ha recovery create': [
        *('compute-1', '--off', 'driver', '--reason', 'it burns'),
    ],
    'ha recovery let return': [answers.UUID],
    'ha recovery list': [],
    'ha recovery release': [answers.UUID],
    'ha recovery retry': [answers.UUID],
    'ha recovery show': [answers.UUID],
    'ha rehearsal list': [],
    'ha rehearsal show': ['compute-1'],
    'ha snapshot report': [],
    'ha spare give back': ['spare-1'],
    'ha spare keep': ['spare-1'],
    'ha spare list': [],
}


class CommandTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(cloud.Cloud())
        self.cloud.watched = [pictures.MOMENTS['evacuating'][0]]
        self.typed('', terminal=False)

    def typed(self, text, terminal=True):
        """Let somebody sit at the terminal and type that."""
        stdin = io.StringIO(text)
        stdin.isatty = lambda: terminal
        self.useFixture(fixtures.MonkeyPatch('sys.stdin', stdin))

    def run_command(self, name, *arguments):
        """Return exit code, stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        app = types.SimpleNamespace(
            client_manager=types.SimpleNamespace(
                compute_ha=self.cloud.client(),
            ),
            command_manager=types.SimpleNamespace(namespace='tests'),
            stdout=out,
            stderr=err,
        )
        command = COMMANDS[name](app, None)
        parser = command.get_parser(f'openstack {name}')
        with contextlib.redirect_stderr(err):
            code = command.run(parser.parse_args(list(arguments)))
        return code, out.getvalue(), err.getvalue()

    def shown(self, name, *arguments):
        """Return what programs get."""
        code, out, _ = self.run_command(name, *arguments, '-f', 'json')
        self.assertEqual(0, code)
        return json.loads(out)

    def table(self, name, *arguments):
        return self.run_command(name, *arguments)[1]


class EveryCommandTest(CommandTestCase):
    def test_none_is_forgotten_here(self):
        self.assertEqual(set(COMMANDS), {*SHOWING, 'ha recovery watch'})

    def test_each_has_a_help_of_whole_sentences(self):
        for name, cls in COMMANDS.items():
            with self.subTest(name):
                text = cls(types.SimpleNamespace(), None).get_description()
                self.assertRegex(text, r'\A[A-Z](?s:.*)\.\Z')

    def test_each_argument_has_a_help_of_whole_sentences(self):
        app = types.SimpleNamespace()
        for name, cls in COMMANDS.items():
            parser = cls(app, None).get_parser(name)
            for action in parser._actions:
                ours = not any(
                    action in group._group_actions
                    for group in parser._action_groups[2:]
                )
                if ours and action.dest != 'help':
                    with self.subTest(name, argument=action.dest):
                        self.assertRegex(
                            action.help or '', r'\A[A-Z](?s:.*)\.\Z'
                        )

    def test_json_and_yaml_have_the_same_values(self):
        for name, arguments in SHOWING.items():
            with self.subTest(name):
                _, as_json, _ = self.run_command(
                    name, *arguments, '-f', 'json'
                )
                _, as_yaml, _ = self.run_command(
                    name, *arguments, '-f', 'yaml'
                )
                found = json.loads(as_json)
                self.assertTrue(found)
                self.assertEqual(found, yaml.safe_load(as_yaml))

    def test_every_other_format(self):
        for name, arguments in SHOWING.items():
            for wanted in ('table', 'value', 'csv', 'shell'):
                with self.subTest(name, format=wanted):
                    try:
                        code, out, _ = self.run_command(
                            name, *arguments, '-f', wanted
                        )
                    except SystemExit:
                        # Lists have csv, things have shell.
                        self.assertIn(wanted, {'csv', 'shell'})
                        continue
                    self.assertEqual(0, code)
                    self.assertNotEqual('', out.strip())
                    self.assertNotIn('object at 0x', out)

    def test_csv_has_json_where_a_cell_is_a_list(self):
        self.cloud.hosts = [answers.host(why=['no BMC', 'no cluster'])]
        _, out, _ = self.run_command('ha host list', '-f', 'csv')
        row = next(csv.DictReader(io.StringIO(out)))
        self.assertEqual(['no BMC', 'no cluster'], json.loads(row['Why Not']))

    def test_a_list_of_nothing(self):
        self.cloud.recoveries = []
        self.assertEqual([], self.shown('ha recovery list'))
        code, _, _ = self.run_command('ha recovery list')
        self.assertEqual(0, code)


class HostTest(CommandTestCase):
    def setUp(self):
        super().setUp()
        self.cloud.hosts = [
            answers.host(),
            answers.host(
                'compute-10',
                node='node-10',
                nova=None,
                protected=False,
                why=['nova cannot be asked: see its log'],
            ),
        ]

    def names(self, *arguments):
        return [h['Host'] for h in self.shown('ha host list', *arguments)]

    def test_protected_or_not(self):
        self.assertEqual(['compute-1', 'compute-10'], self.names())
        self.assertEqual(['compute-1'], self.names('--protected'))
        self.assertEqual(['compute-10'], self.names('--not-protected'))

    def test_everything_is_asked_for_at_once(self):
        self.names()
        self.assertEqual([{'detail': ['true']}], self.cloud.queries('/hosts'))

    def test_real_types(self):
        first, second = self.shown('ha host list', '--long')
        self.assertIs(True, first['Protected'])
        self.assertEqual(3, first['Instances'])
        self.assertEqual(['ipmi'], first['Drivers'])
        self.assertIsNone(second['Instances'])
        self.assertEqual(
            ['nova cannot be asked: see its log'], second['Why Not']
        )

    def test_the_table_is_for_people(self):
        text = self.table('ha host list')
        self.assertIn('| yes ', text)
        self.assertIn('nova cannot be asked: see its log', text)
        self.assertNotIn('None', text)
        self.assertNotIn('Zone', text)
        self.assertIn('Zone', self.table('ha host list', '--long'))

    def test_a_column_by_name_needs_no_long(self):
        text = self.table('ha host list', '-c', 'Zone')
        self.assertIn('az1', text)

    def test_a_list_can_be_sorted_though_something_is_missing(self):
        found = self.shown(
            *('ha host list', '--long', '--sort-column', 'Instances')
        )
        self.assertEqual([3, None], [one['Instances'] for one in found])
        self.table('ha host list', '--long', '--sort-column', 'Instances')

    def test_the_name_in_full_wins_over_a_longer_one(self):
        for wanted in ('compute-1', 'compute-10', 'node-10', 'node'):
            found = self.shown('ha host show', wanted)
            self.assertEqual(
                'compute-1' if wanted == 'compute-1' else 'compute-10',
                found['name'],
            )

    def test_more_than_one_could_be_meant(self):
        error = self.assertRaises(
            exceptions.CommandError, self.shown, 'ha host show', 'comp'
        )
        self.assertIn('compute-1, compute-10', str(error))

    def test_none_could_be_meant(self):
        error = self.assertRaises(
            exceptions.CommandError, self.shown, 'ha host show', 'x'
        )
        self.assertIn('openstack ha host list', str(error))

    def test_a_check_that_finds_something(self):
        self.cloud.check['ok'] = False
        code, out, _ = self.run_command('ha host check')
        self.assertEqual(1, code)
        self.assertIn('compute-10', out)
        self.assertEqual(
            ['/hosts/compute-1/check', '/hosts/compute-10/check'],
            [path for path, _ in self.cloud.bodies()],
        )


class RecoveryTest(CommandTestCase):
    def setUp(self):
        super().setUp()
        self.cloud.recoveries = [
            answers.recovery(),
            answers.recovery('completed', uuid=answers.OTHER, host='cafe1'),
        ]

    def uuid(self, wanted):
        return self.shown('ha recovery show', wanted)['uuid']

    def refused(self, wanted):
        error = self.assertRaises(exceptions.CommandError, self.uuid, wanted)
        return str(error)

    def test_what_a_recovery_goes_by(self):
        for wanted in (answers.UUID, '5f0c2', 'compute-1'):
            self.assertEqual(answers.UUID, self.uuid(wanted))

    def test_a_host_s_newest_where_none_is_active(self):
        self.uuid('cafe1')
        shown = [a[1] for a in self.cloud.asked if a[0] == 'GET'][-1]
        self.assertEqual(f'/recoveries/{answers.OTHER}', shown)

    def test_a_host_must_be_named_in_full(self):
        self.assertIn('no host of that name', self.refused('compute'))

    def test_too_little_of_a_uuid(self):
        self.assertIn('begins with 5f0', self.refused('5f0'))
        self.cloud.recoveries[1]['uuid'] = '5f0c2b7e' + answers.OTHER[8:]
        text = self.refused('5f0c')
        self.assertIn('could be any of 2 recoveries', text)
        self.assertIn('Give more of the uuid', text)

    def test_the_filters_are_the_service_s(self):
        self.shown(
            'ha recovery list',
            *('--host', 'x', '--state', 'held', '--state', 'fencing'),
            *('--active', '--origin', 'pacemaker'),
            *('--changes-since', '2026-05-04T03:02:01'),
            *('--sort', 'host:asc', '--limit', '7'),
        )
        self.assertEqual(
            {
                'host': ['x'],
                'state': ['held', 'fencing'],
                'active': ['true'],
                'origin': ['pacemaker'],
                'changes-since': ['2026-05-04T03:02:01+00:00'],
                'sort': ['host:asc'],
                'limit': ['7'],
            },
            self.cloud.queries('/recoveries')[0],
        )

    def test_ended_and_marker(self):
        self.shown('ha recovery list', '--ended', '--marker', answers.OTHER)
        query = self.cloud.queries('/recoveries')[0]
        self.assertEqual(['false'], query['active'])
        self.assertEqual([answers.OTHER], query['marker'])

    def test_times_are_exact_for_programs_and_short_for_people(self):
        found = self.shown('ha recovery list')
        self.assertEqual('2026-05-04T03:02:04.500000+00:00', found[0]['Since'])
        text = self.table('ha recovery list')
        self.assertIn('2026-05-04 03:02:04 ', text)

    def test_its_evacuations_follow_it(self):
        text = self.table('ha recovery show', answers.UUID)
        self.assertIn('\nEvacuations\nInstance ', text)
        self.assertIn('No valid host was found.', text)
        self.assertNotIn('\nEvents\n', text)
        text = self.table('ha recovery show', answers.UUID, '--events')
        self.assertIn('\nEvents\nAt (UTC) ', text)

    def test_whoever_asks_for_a_column_gets_no_more(self):
        text = self.table('ha recovery show', answers.UUID, '-c', 'state')
        self.assertNotIn('Evacuations', text)

    def test_programs_get_it_all_in_one(self):
        found = self.shown('ha recovery show', answers.UUID, '--events')
        self.assertEqual(5, len(found['evacuations']))
        self.assertEqual('ipmi', found['off_proof']['method'])
        self.assertEqual(4, len(found['events']))


class ActionTest(CommandTestCase):
    def test_each_verb_is_the_api_s(self):
        for name, verb in (
            ('retry', 'retry'),
            ('cancel', 'cancel'),
            ('release', 'release'),
            ('let return', 'let-return'),
        ):
            self.cloud.asked.clear()
            self.shown(f'ha recovery {name}', 'compute-1')
            self.assertEqual(
                [(f'/recoveries/{answers.UUID}/{verb}', {})],
                self.cloud.bodies(),
            )

    def test_confirm_off_without_a_terminal_does_not_ask(self):
        self.shown('ha recovery confirm off', answers.UUID)
        self.assertEqual(1, len(self.cloud.bodies()))

    def test_a_person_at_a_terminal_thinks_twice(self):
        for arguments in (
            ('ha recovery confirm off', answers.UUID),
            (
                *('ha recovery create', 'compute-1'),
                *('--off', 'confirmed', '--reason', 'seen'),
            ),
        ):
            for typed in ('no\n', 'y\n', ''):
                self.typed(typed)
                error = self.assertRaises(
                    exceptions.CommandError, self.run_command, *arguments
                )
                self.assertIn('nothing was done', str(error))
            self.assertEqual([], self.cloud.bodies())
            self.typed('yes\n')
            _, _, err = self.run_command(*arguments)
            self.assertIn('If compute-1 still runs', err)
            self.assertEqual(1, len(self.cloud.bodies()))
            self.cloud.asked.clear()

    def test_create(self):
        self.shown('ha recovery create', *SHOWING['ha recovery create'][:])
        self.assertEqual(
            [
                (
                    '/recoveries',
                    {
                        'host': 'compute-1',
                        'off': 'driver',
                        'reason': 'it burns',
                    },
                )
            ],
            self.cloud.bodies(),
        )

    def test_create_needs_to_know_what_makes_it_certain(self):
        error = self.assertRaises(
            SystemExit, self.shown, 'ha recovery create', 'compute-1'
        )
        self.assertEqual(2, error.code)

    def test_wait_ends_when_it_is_done(self):
        self.cloud.watched = [pictures.MOMENTS['evacuated'][0]]
        found = self.shown('ha recovery retry', 'compute-1', '--wait')
        self.assertEqual('evacuated', found['state'])

    def test_wait_tells_that_it_failed_and_what_to_do(self):
        self.cloud.watched = [pictures.MOMENTS['fence_failed'][0]]
        code, out, err = self.run_command(
            'ha recovery retry', 'compute-1', '--wait', '-f', 'json'
        )
        self.assertEqual(1, code)
        self.assertEqual('fence_failed', json.loads(out)['state'])
        self.assertIn('openstack ha recovery confirm off', err)

    def test_an_error_of_the_service_is_one_line(self):
        self.cloud.scripts = [
            lambda handler: handler.fail(
                409, 'recovery.illegal-transition', 'it is evacuating'
            )
        ]
        error = self.assertRaises(
            errors.ServiceError,
            self.shown,
            'ha recovery release',
            answers.UUID,
        )
        self.assertIn('"openstack ha recovery show" says', str(error))


class WatchTest(CommandTestCase):
    def test_its_exit_code_is_that_of_the_recovery(self):
        for name, code in (('evacuated', 0), ('fence_failed', 1)):
            self.cloud.watched = [pictures.MOMENTS[name][0]]
            found, out, err = self.run_command(
                'ha recovery watch', answers.UUID
            )
            self.assertEqual(code, found)
            self.assertIn(f'of compute-1 is {name}', out)
            self.assertIn('compute-1', err)

    def test_by_host(self):
        self.cloud.watched = [pictures.MOMENTS['completed'][0]]
        code, _, err = self.run_command(
            'ha recovery watch', '--host', 'compute-1'
        )
        self.assertEqual(0, code)
        self.assertEqual('', err)

    def test_which_one_must_be_said_once(self):
        for arguments in ([], [answers.UUID, '--host', 'compute-1']):
            error = self.assertRaises(
                SystemExit, self.run_command, 'ha recovery watch', *arguments
            )
            self.assertEqual(2, error.code)


class EventTest(CommandTestCase):
    def test_every_page(self):
        self.cloud.page = 3
        found = self.shown('ha event list', answers.UUID, '--long')
        self.assertEqual([1, 2, 3, 4], [one['ID'] for one in found])

    def test_after(self):
        found = self.shown('ha event list', answers.UUID, '--after', '3')
        self.assertEqual(['forced_down'], [one['Event'] for one in found])

    def test_follow_prints_lines_until_it_is_over(self):
        self.cloud.watched = [
            # No pause of a second between two answers in a unit test.
            pictures.MOMENTS['completed'][0]
        ]
        code, out, _ = self.run_command(
            'ha event list', answers.UUID, '--follow'
        )
        self.assertEqual(0, code)
        self.assertEqual(7, out.count('\n'))
        self.assertIn(
            '2026-05-04 03:02:04 forcing_down off_verified: BMC at 192.0.2.7',
            out,
        )
        _, out, _ = self.run_command(
            'ha event list', answers.UUID, '--follow', '-f', 'json'
        )
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual('host_serving', events[-1]['name'])

    def test_follow_has_no_csv(self):
        error = self.assertRaises(
            exceptions.CommandError,
            self.run_command,
            *('ha event list', answers.UUID, '--follow', '-f', 'csv'),
        )
        self.assertIn('-f json', str(error))


class OthersTest(CommandTestCase):
    def test_a_mode_says_what_it_means(self):
        self.assertIn(
            'evacuations are held',
            self.table('ha mode set', 'paused', '--reason', 'work'),
        )
        self.assertEqual(
            [('/mode', {'mode': 'paused', 'reason': 'work'})],
            self.cloud.bodies('PUT'),
        )

    def test_a_mode_needs_a_reason(self):
        error = self.assertRaises(
            exceptions.CommandError,
            self.shown,
            *('ha mode set', 'paused', '--reason', ' '),
        )
        self.assertIn('--reason', str(error))

    def test_capacity_tells_people_the_worst_too(self):
        text = self.table('ha capacity show', '--hosts', '2')
        self.assertIn('The worst hosts to lose together', text)
        self.assertIn('bears the loss of any 1 host; more were not', text)
        self.assertIn('Note: a cell was not asked.', text)
        query = self.cloud.queries('/capacity')[0]
        self.assertEqual({'hosts': ['2']}, query)

    def test_capacity_gives_programs_one_list_or_the_other(self):
        found = self.shown('ha capacity show')
        self.assertEqual(['compute-1'], found[0]['If Lost'])
        found = self.shown('ha capacity show', '--worst')
        self.assertEqual(1, found[0]['Number'])

    def test_health(self):
        self.cloud.ready = {'ready': False, 'reasons': ['no store']}
        code, out, _ = self.run_command('ha health show', '-f', 'json')
        self.assertEqual(1, code)
        self.assertEqual(['no store'], json.loads(out)['reasons'])

    def test_a_server_by_name(self):
        """Nova is not asked: it shows none to a login to the system."""
        found = self.shown('ha explain server', 'web 1')
        self.assertEqual('web 1', found['name'])
        self.cloud.unknown_servers = {'web 2'}
        error = self.assertRaises(
            exceptions.CommandError,
            self.shown,
            *('ha explain server', 'web 2'),
        )
        self.assertIn('nova has no server web 2', str(error))

    def test_decisions_are_lines_for_people(self):
        text = self.table('ha explain server', answers.INSTANCES[0])
        self.assertIn('evacuate: yes (the default)', text)
        self.assertIn('lock: it is not locked', text)

    def test_an_age_is_a_span_for_people(self):
        self.assertIn('2 h 5 min', self.table('ha snapshot report'))
        found = self.shown('ha snapshot report')
        self.assertEqual(7500, found[0]['Age'])
        self.assertEqual(
            [], self.shown('ha snapshot report', '--host', 'another')
        )

    def test_orders_about_a_spare(self):
        for name, verb in (('give back', 'give-back'), ('keep', 'keep')):
            self.cloud.asked.clear()
            self.shown(f'ha spare {name}', 'spare-1')
            self.assertEqual(
                [(f'/spares/spare-1/{verb}', {})], self.cloud.bodies()
            )


class PluginTest(testtools.TestCase):
    def test_versions(self):
        for version in ('1', '1.0', '1.7'):
            self.assertTrue(plugin.check_api_version(version))
        for version in ('2', '', '1.x', 'latest', 'v1'):
            error = self.assertRaises(
                exceptions.CommandError, plugin.check_api_version, version
            )
            self.assertIn('1.0', str(error))

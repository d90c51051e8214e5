# SPDX-License-Identifier: Apache-2.0
import pathlib
import textwrap

import fixtures
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import testtools
from testtools import matchers
import yaml

from nova_ha import hosts
from nova_ha.power.external import ExternalDriver
from nova_ha.power.fake import FakeDriver
from nova_ha.power.fence_agent import FenceAgentDriver
from nova_ha.power.ipmi import IpmiDriver
from nova_ha.power.redfish import RedfishDriver
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.yaml_file import document

SCHEMAS = {
    'external': ExternalDriver.SCHEMA,
    'fake': FakeDriver.SCHEMA,
    'fence_agent': FenceAgentDriver.SCHEMA,
    'ipmi': IpmiDriver.SCHEMA,
    'redfish': RedfishDriver.SCHEMA,
}
SECRET = 'kept-to-ourselves'


class LoaderTestCase(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = self.directory / 'hosts.yaml'

    def write(self, text, mode=0o640):
        self.path.write_text(textwrap.dedent(text))
        self.path.chmod(mode)

    def write_secret(self, name, text):
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text)

    def load(self, text):
        self.write(text)
        return hosts.load(self.path, SCHEMAS)

    def problems(self, text):
        """Return 'line: where: field: text' for each problem."""
        self.write(text)
        return self.problems_of_file()

    def problems_of_file(self):
        error = self.assertRaises(
            hosts.HostsFileError, hosts.load, self.path, SCHEMAS
        )
        self.assertNotIn(SECRET, str(error))
        prefix = f'{self.path}:'
        lines = str(error).splitlines()
        for line in lines:
            self.assertThat(line, matchers.StartsWith(prefix))
        return [line.removeprefix(prefix).strip() for line in lines]


class GoodFileTest(LoaderTestCase):
    def test_defaults_are_filled_in(self):
        self.write_secret('bmc.password', f'{SECRET}\n')
        loaded = self.load("""
            defaults:
              power: {driver: ipmi, user: admin, password_file: bmc.password}
            hosts:
              - name: compute1.example.org
                node: compute1
                node_address: 198.51.100.1
                power: {address: 10.0.0.1}
              - name: compute2
                power: {address: '::1', port: 6230, password: other}
            """)
        self.assertEqual(
            (
                Host(
                    'compute1.example.org',
                    'compute1',
                    (
                        PowerDevice(
                            'ipmi',
                            {
                                'address': '10.0.0.1',
                                'port': 623,
                                'user': 'admin',
                                'password': SECRET,
                            },
                        ),
                    ),
                    node_address='198.51.100.1',
                ),
                Host(
                    'compute2',
                    'compute2',
                    (
                        PowerDevice(
                            'ipmi',
                            {
                                'address': '::1',
                                'port': 6230,
                                'user': 'admin',
                                'password': 'other',
                            },
                        ),
                    ),
                ),
            ),
            loaded,
        )
        self.assertNotIn(SECRET, repr(loaded))

    def test_defaults_of_another_driver_do_not_count(self):
        loaded = self.load("""
            defaults: {power: {driver: ipmi, user: admin, password: x}}
            hosts:
              - {name: c1, power: {driver: external}}
            """)
        self.assertEqual(
            (Host('c1', 'c1', (PowerDevice('external'),)),), loaded
        )

    def test_anchors_and_merge_keys_work(self):
        loaded = self.load("""
            hosts:
              - name: c1
                power: &base
                  {driver: ipmi, user: a, password: b, address: 10.0.0.1}
              - name: c2
                power: {<<: *base, address: 10.0.0.2}
            """)
        (device,) = loaded[1].devices
        self.assertEqual('10.0.0.2', device.parameters['address'])
        self.assertEqual('a', device.parameters['user'])

    def test_the_sample_is_right(self):
        sample = (
            pathlib.Path(__file__).parents[3] / 'etc/nova-ha/hosts.yaml.sample'
        ).read_text()
        self.write_secret('bmc.password', 'x\n')
        self.write_secret('pdu.community', 'y\n')
        self.write(sample)
        loaded = hosts.load(self.path, SCHEMAS)
        self.assertEqual(
            [
                ('compute1', ('ipmi',)),
                ('compute2', ('ipmi',)),
                ('compute3', ('redfish',)),
                ('compute4', ('ipmi', 'fence_agent')),
                ('compute5', ('external',)),
                ('compute6', ('redfish',)),
            ],
            [(host.node, host.drivers) for host in loaded],
        )
        self.assertEqual(
            ['compute6'], [host.node for host in loaded if host.reserved]
        )
        self.assertEqual(
            {
                'agent': 'fence_apc_snmp',
                'ip': '192.0.2.200',
                'community': 'y',
                'plug': '4',
            },
            loaded[3].devices[1].parameters,
        )

    def test_a_secret_everybody_may_read_is_warned_of(self):
        text = """
            hosts:
              - name: c1
                power:
                  {driver: ipmi, address: a, user: b, password: %s}
            """
        self.write(text % SECRET, mode=0o644)
        (warning,) = hosts.read(self.path, SCHEMAS).warnings
        self.assertThat(
            warning,
            matchers.MatchesAll(
                matchers.StartsWith(f'{self.path}:5: '),
                matchers.Contains('chmod 0640'),
                matchers.Not(matchers.Contains(SECRET)),
            ),
        )
        self.write(text % SECRET, mode=0o640)
        self.assertEqual((), hosts.read(self.path, SCHEMAS).warnings)

    def test_a_password_file_may_stand_in_a_readable_hosts_file(self):
        self.write_secret('p', SECRET)
        self.write(
            """
            hosts:
              - name: c1
                power:
                  {driver: ipmi, address: a, user: b, password_file: p}
            """,
            mode=0o644,
        )
        loaded = hosts.read(self.path, SCHEMAS)
        self.assertEqual((), loaded.warnings)
        self.assertEqual((self.directory / 'p',), loaded.secret_paths)
        # It is the password file that must not be readable.
        (self.directory / 'p').chmod(0o644)
        [warning] = hosts.read(self.path, SCHEMAS).warnings
        self.assertIn(f'chmod 0640 {self.directory / "p"}', warning)


class SeveralDevicesTest(LoaderTestCase):
    def test_a_list_keeps_its_order_and_each_driver_its_defaults(self):
        loaded = self.load("""
            defaults:
              power:
                - {driver: ipmi, user: admin, password: x}
                - {driver: fake, delay: 3}
            hosts:
              - name: c1
                power:
                  - {driver: ipmi, address: 10.0.0.1}
                  - {driver: fake, delay: 1}
                  - {driver: ipmi, address: 10.0.0.2, user: root}
              - name: c2
                power: {driver: fake}
            """)
        self.assertEqual(('ipmi', 'fake', 'ipmi'), loaded[0].drivers)
        first, second, third = (d.parameters for d in loaded[0].devices)
        self.assertEqual(('10.0.0.1', 'admin'), _who(first))
        self.assertEqual({'delay': 1, 'stuck': False}, second)
        self.assertEqual(('10.0.0.2', 'root'), _who(third))
        self.assertEqual(3, loaded[1].devices[0].parameters['delay'])

    def test_the_only_default_names_the_driver(self):
        for power in ('{driver: fake}', '[{driver: fake}]'):
            with self.subTest(power):
                loaded = self.load(f"""
                    defaults: {{power: {power}}}
                    hosts:
                      - {{name: c1}}
                      - {{name: c2, power: [{{}}, {{delay: 1}}]}}
                    """)
                self.assertEqual(
                    [('fake',), ('fake', 'fake')],
                    [host.drivers for host in loaded],
                )

    def test_of_several_defaults_none_names_the_driver(self):
        found = self.problems("""\
            defaults: {power: [{driver: fake}, {driver: external}]}
            hosts:
              - name: c1
                power:
                  - {driver: fake}
                  - {delay: 1}
              - name: c2
            """)
        words = (
            'missing; there are defaults for fake and external, so each '
            'device must say which it is'
        )
        self.assertEqual(
            [
                f'6: host c1: power.2.driver: {words}',
                f'7: host c2: power.driver: {words}',
            ],
            found,
        )

    def test_a_problem_names_the_device(self):
        found = self.problems(f"""\
            hosts:
              - name: c1
                power:
                  - driver: ipmi
                    address: 10.0.0.1
                    user: admin
                  - driver: ipmi
                    address: 10.0.0.2
                    usr: admin
                    password: {SECRET}
                  - driver: fake
                    delay: -1
            """)
        self.assertEqual(
            [
                (
                    '4: host c1: power.1.password: missing; give password or '
                    'password_file'
                ),
                '7: host c1: power.2.user: missing',
                '9: host c1: power.2.usr: unknown (did you mean user?)',
                (
                    '12: host c1: power.3.delay: -1 is less than the minimum '
                    'of 0'
                ),
            ],
            found,
        )

    def test_a_problem_of_the_defaults_is_told_once(self):
        found = self.problems("""\
            defaults:
              power:
                - {driver: external}
                - driver: fake
                  dely: 1
            hosts:
              - {name: c1, power: [{driver: fake}, {driver: fake}]}
              - {name: c2, power: {driver: fake}}
            """)
        self.assertEqual(
            ['5: defaults: power.2.dely: unknown (did you mean delay?)'],
            found,
        )

    def test_defaults_that_cannot_be_told_apart(self):
        found = self.problems("""\
            defaults:
              power:
                - {driver: fake}
                - {delay: 1}
                - {driver: fake}
                - {driver: fkae}
            hosts:
              - {name: c1, power: {driver: fake}}
            """)
        self.assertEqual(
            [
                (
                    '4: defaults: power.2.driver: missing; one of '
                    + ', '.join(sorted(SCHEMAS))
                ),
                (
                    '5: defaults: power.3.driver: fake has defaults already; '
                    'put them together'
                ),
                (
                    '6: defaults: power.4.driver: no driver \'fkae\' (did you '
                    'mean fake?)'
                ),
            ],
            found,
        )

    def test_what_is_no_device(self):
        found = self.problems("""\
            hosts:
              - {name: c1, power: []}
              - {name: c2, power: [{driver: fake}, ipmi]}
              - {name: c3, power: ipmi}
            """)
        self.assertEqual(
            [
                '2: host c1: power: names no device; list at least one',
                (
                    '3: host c2: power.2: must be a mapping (key: value), '
                    'not text'
                ),
                (
                    '4: host c3: power: must be a mapping (key: value) or a '
                    'list (lines that begin with "- "), not text'
                ),
            ],
            found,
        )

    def test_external_stands_alone(self):
        found = self.problems("""\
            hosts:
              - name: c1
                power:
                  - {driver: fake}
                  - {driver: external}
              - {name: c2, power: [{driver: external}]}
            """)
        self.assertEqual(
            [
                (
                    '5: host c1: power.2.driver: external stands alone: a '
                    'host with it has no other device; remove it or the '
                    'others'
                )
            ],
            found,
        )

    def test_a_device_of_another_host_is_seen_at_any_place(self):
        found = self.problems("""\
            defaults: {power: {driver: ipmi, user: a, password: b}}
            hosts:
              - {name: c1, power: [{address: 10.0.0.1}, {address: 10.0.0.9}]}
              - name: c2
                power:
                  - {address: 10.0.0.2}
                  - {address: 10.0.0.9}
            """)
        self.assertEqual(
            [
                (
                    '7: host c2: power.2.address: 10.0.0.9 port 623 is '
                    'already a power device of host c1; each host needs its '
                    'own'
                )
            ],
            found,
        )

    def test_a_driver_that_cannot_be_loaded_refuses_its_devices(self):
        broken = {'not': {}, 'hint': 'the driver redfish lacks a library'}
        self.write("""\
            hosts:
              - {name: c1, power: {driver: redfish, address: a}}
            """)
        error = self.assertRaises(
            hosts.HostsFileError,
            hosts.load,
            self.path,
            {**SCHEMAS, 'redfish': broken},
        )
        self.assertEqual(
            f'{self.path}:2: host c1: power: the driver redfish lacks a '
            'library',
            str(error),
        )


class RedfishTest(LoaderTestCase):
    def test_what_is_wrong_is_told(self):
        found = self.problems("""\
            defaults:
              power: {driver: redfish, user: a, password: b}
            hosts:
              - {name: c1, power: {address: a, verify_ca: ca.pem}}
              - {name: c2, power: {address: b, verify_ca: 1}}
              - {name: c3, power: {address: c, system_id: '1'}}
              - {name: c4, power: {address: d, scheme: ftp}}
              - {name: c5, power: {address: e, system_id: /x/1}}
              - {name: c6, power: {address: e, system_id: /x/2}}
              - {name: c7, power: {address: e, system_id: /x/1}}
            """)
        authorities = (
            'must be true, false or the full path of a file with the '
            'certificates of authorities'
        )
        self.assertEqual(
            [
                f'4: host c1: power.verify_ca: {authorities}',
                f'5: host c2: power.verify_ca: {authorities}',
                (
                    '6: host c3: power.system_id: must be a path such as '
                    '/redfish/v1/Systems/1'
                ),
                "7: host c4: power.scheme: 'ftp' is not one of https or http",
                (
                    '10: host c7: power.address: e port 443 system_id /x/1 '
                    'is already a power device of host c5; each host needs '
                    'its own'
                ),
            ],
            found,
        )


class FenceAgentTest(LoaderTestCase):
    def test_whatever_the_agent_knows_is_taken(self):
        self.write_secret('pw', f'{SECRET}\n')
        self.write_secret('snmp', 'other\n')
        loaded = self.load("""
            defaults:
              power: {driver: fence_agent, agent: fence_x, password_file: pw}
            hosts:
              - name: c1
                power:
                  ip: 192.0.2.1
                  plug: '010'
                  lanplus: true
                  cipher: 3
                  snmp_priv_passwd_file: snmp
                  identity_file: /etc/key
            """)
        self.assertEqual(
            {
                'agent': 'fence_x',
                'password': SECRET,
                'ip': '192.0.2.1',
                'plug': '010',
                'lanplus': True,
                'cipher': 3,
                'snmp_priv_passwd': 'other',
                'identity_file': '/etc/key',
            },
            loaded[0].devices[0].parameters,
        )
        self.assertNotIn(SECRET, repr(loaded))

    def test_what_is_wrong_is_told_without_its_value(self):
        found = self.problems(f"""\
            defaults: {{power: {{driver: fence_agent, agent: fence_x}}}}
            hosts:
              - name: c1
                power:
                  agent: /usr/sbin/fence_nova_ha
                  action: reboot
                  plug: 010
                  password: 12
                  odd: [1]
                  float: 0.5
                  two: "{SECRET}\\naction=on"
                  'a=b': x
              - {{name: c2, power: {{agent: 'fence_x -o on'}}}}
            """)
        agent = (
            'must be the name or the full path of a fence agent other than '
            "nova-ha's own, for example fence_ipmilan"
        )
        kinds = 'text or a whole number or true or false'
        quotes = 'must be text, but YAML reads this as a number; put it in'
        self.assertEqual(
            [
                f'5: host c1: power.agent: {agent}',
                (
                    '6: host c1: power.action: is given by nova-ha itself; '
                    'remove it'
                ),
                f'7: host c1: power.plug: {quotes} quotes',
                f'8: host c1: power.password: {quotes} quotes',
                f'9: host c1: power.odd: must be {kinds}, not a list',
                f'10: host c1: power.float: must be {kinds}, not a number',
                (
                    '11: host c1: power.two: the value has characters that '
                    'are not allowed here'
                ),
                (
                    '12: host c1: power.a=b: cannot be the name of an '
                    "agent's parameter"
                ),
                f'13: host c2: power.agent: {agent}',
            ],
            found,
        )

    def test_two_hosts_never_share_an_outlet(self):
        found = self.problems("""\
            defaults:
              power: {driver: fence_agent, agent: fence_x, ip: 192.0.2.1}
            hosts:
              - {name: c1, power: {plug: '1'}}
              - {name: c2, power: {plug: '2'}}
              - {name: c3, power: {agent: fence_y, port: '1'}}
            """)
        self.assertEqual(
            [
                (
                    '6: host c3: power.ip: 192.0.2.1 port 1 is already a '
                    'power device of host c1; each host needs its own'
                )
            ],
            found,
        )


def _who(parameters):
    return parameters['address'], parameters['user']


class BadFileTest(LoaderTestCase):
    def test_all_problems_are_told_at_once(self):
        found = self.problems(f"""\
            defaults:
              power: {{driver: ipmi, user: admin, prt: 3}}
            hosts:
              - name: c1
                nod: x
                power: {{driver: external}}
              - name: c2
                power: {{address: 10.0.0.1, password: 12345}}
              - name: c3
                power: {{driver: ipmy}}
              - power: {{driver: external}}
              - name: c4
                power: {{adress: 10.0.0.4, password: {SECRET}}}
              - name: c5
                power: {{address: 10.0.0.1, password: x, port: 99999}}
            """)
        self.assertEqual(
            [
                '2: defaults: power.prt: unknown (did you mean port?)',
                '5: host c1: nod: unknown (did you mean node?)',
                (
                    '8: host c2: power.password: must be text, but YAML reads '
                    'this as a number; put it in quotes'
                ),
                (
                    '10: host c3: power.driver: no driver \'ipmy\' '
                    '(did you mean ipmi?)'
                ),
                '11: host number 4: name: missing',
                '12: host c4: power.address: missing',
                '13: host c4: power.adress: unknown (did you mean address?)',
                (
                    '15: host c5: power.port: 99999 is greater than the '
                    'maximum of 65535'
                ),
            ],
            found,
        )

    def test_yaml_that_is_no_text_is_never_taken_for_a_password(self):
        for value in (
            '12345',
            '0123',
            '1_000',
            'yes',
            '1.0',
            '~',
            '2026-01-02',
        ):
            with self.subTest(value):
                (found,) = self.problems(f"""
                    hosts:
                      - name: c1
                        power:
                          driver: ipmi
                          address: a
                          user: b
                          password: {value}
                    """)
                self.assertThat(
                    found,
                    matchers.StartsWith(
                        '8: host c1: power.password: must be text, but YAML '
                        'reads this as '
                    ),
                )
                if value != 'yes':  # a word of the explanation
                    self.assertNotIn(value, found.removeprefix('8:'))

    def test_reserved_is_true_or_false(self):
        found = self.problems("""\
            hosts:
              - {name: c1, power: {driver: external}, reserved: true}
              - {name: c2, power: {driver: external}, reserved: 'true'}
              - {name: c3, power: {driver: external}, reserve: true}
            """)
        self.assertEqual(
            [
                '3: host c2: reserved: must be true or false, not text',
                '4: host c3: reserve: unknown (did you mean reserved?)',
            ],
            found,
        )

    def test_names_are_used_once(self):
        found = self.problems("""\
            hosts:
              - {name: c1, node: n1, power: {driver: external}}
              - {name: c1, power: {driver: external}}
              - {name: n1, power: {driver: external}}
              - {name: c2, node: n1, power: {driver: external}}
            """)
        self.assertEqual(
            [
                '3: host c1: name: c1 is already a name of host c1',
                '4: host n1: name: n1 is already a name of host c1',
                '5: host c2: node: n1 is already a name of host c1',
            ],
            found,
        )

    def test_two_hosts_never_share_a_bmc(self):
        found = self.problems("""\
            defaults: {power: {driver: ipmi, user: a, password: b}}
            hosts:
              - {name: c1, power: {address: '2001:db8::1'}}
              - {name: c2, power: {address: '2001:db8:0::1', port: 623}}
              - {name: c3, power: {address: '2001:db8::1', port: 624}}
            """)
        self.assertEqual(
            [
                (
                    '4: host c2: power.address: 2001:db8:0::1 port 623 is '
                    'already a power device of host c1; each host needs its '
                    'own'
                )
            ],
            found,
        )

    def test_secret_files(self):
        (self.directory / 'empty').write_text('\n')
        (self.directory / 'two').write_text('a\nb\n')
        (self.directory / 'binary').write_bytes(b'\xff\xfe')
        (self.directory / 'good').write_text(SECRET)
        found = self.problems("""\
            defaults: {power: {driver: ipmi, user: a}}
            hosts:
              - {name: c1, power: {address: a, password_file: missing}}
              - {name: c2, power: {address: b, password_file: empty}}
              - {name: c3, power: {address: c, password_file: two}}
              - {name: c4, power: {address: d, password_file: binary}}
              - {name: c5, power: {address: e, password_file: 12}}
              - {name: c6, power: {address: f, password_file: good,
                  password: x}}
              - {name: c7, power: {address: g}}
            """)
        where = self.directory
        reasons = [
            (
                f'cannot read {where}/missing: No such file or directory; '
                'create the file, or correct the path or its permissions'
            ),
            f'{where}/empty must hold one line: the secret',
            f'{where}/two must hold one line: the secret',
            f'{where}/binary is not text in UTF-8',
            'must be a path, as text',
            'password is given too; keep one of the two',
        ]
        expected = [
            f'{number + 2}: host c{number}: power.password_file: {reason}'
            for number, reason in enumerate(reasons, 1)
        ]
        expected.append(
            '10: host c7: power.password: missing; give password or '
            'password_file'
        )
        self.assertEqual(expected, found)

    def test_a_key_twice(self):
        found = self.problems("""\
            hosts:
              - name: c1
                power: {driver: external}
                name: c2
            """)
        self.assertEqual(
            ['4: name is given twice, first in line 2; remove one'], found
        )

    def test_syntax_errors_name_the_line(self):
        (found,) = self.problems('hosts:\n  - name: [c1\n  - name: c2\n')
        self.assertThat(found, matchers.StartsWith('3: not valid YAML: '))

    def test_files_without_hosts(self):
        expected = {
            '': 'empty; it must list the hosts',
            '# nothing but this\n': 'empty; it must list the hosts',
            'hosts: []\n': '1: hosts: names no host; list at least one',
            'defaults: {}\n': '1: hosts: missing',
            'hosts:\n': '1: hosts: must be a list (lines that begin with '
            '"- "), not nothing',
            'nonsense\n': '1: must be a mapping (key: value), not text',
            'hosts: [c1]\n': '1: host number 1: must be a mapping (key: '
            'value), not text',
        }
        for text, problem in expected.items():
            with self.subTest(text):
                self.assertEqual([problem], self.problems(text))

    def test_a_file_that_is_not_there(self):
        (found,) = self.problems_of_file()
        self.assertThat(
            found,
            matchers.StartsWith('cannot be read: No such file or directory'),
        )

    def test_values_that_multiply_are_refused(self):
        lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
        lines += [
            f'a{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 10)}]'
            for n in range(1, 9)
        ]
        (found,) = self.problems('\n'.join(lines))
        self.assertThat(found, matchers.StartsWith('more than'))

    def test_an_anchor_that_contains_itself(self):
        (found,) = self.problems('hosts: &h [*h]\n')
        self.assertThat(found, matchers.StartsWith('nested too deeply'))


def _entry():
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text()
    )
    keys = st.sampled_from(
        [
            'name',
            'node',
            'power',
            'driver',
            'address',
            'port',
            'user',
            'password',
            'password_file',
            'hosts',
            'defaults',
            'fail',
            'x',
        ]
    )
    values = st.recursive(
        scalars | st.sampled_from(['ipmi', 'external', 'fake', 'c1']),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=20,
    )
    power = st.dictionaries(keys, values, max_size=5)
    host = st.fixed_dictionaries(
        {'name': st.sampled_from(['c1', 'c2', 'c3'])},
        optional={
            'power': power | st.lists(power, max_size=3) | values,
            'node': values,
        },
    )
    return values | st.fixed_dictionaries(
        {'hosts': st.lists(host, max_size=4) | values},
        optional={
            'defaults': st.fixed_dictionaries(
                {'power': power | st.lists(power, max_size=3)}
            )
        },
    )


class AnythingTest(LoaderTestCase):
    """Whatever the file holds: hosts, or the one declared error."""

    def read(self, content):
        self.path.write_bytes(content)
        try:
            loaded = hosts.read(self.path, SCHEMAS).hosts
        except hosts.HostsFileError as error:
            self.assertTrue(error.problems)
            self.assertTrue(all(p.text for p in error.problems))
            return
        self.assertTrue(loaded)
        self.assertEqual(len(loaded), len({host.name for host in loaded}))
        for host in loaded:
            self.assertTrue(host.devices)
            for driver in host.drivers:
                self.assertIn(driver, SCHEMAS)

    @settings(max_examples=300, deadline=None)
    @given(_entry())
    def test_any_values(self, value):
        self.read(yaml.safe_dump(value, allow_unicode=True).encode())

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=200))
    def test_any_bytes(self, content):
        self.read(content)

    @settings(max_examples=300, deadline=None)
    @given(st.text('{}[]&*!|>-:#,"\'<?@%= \nhosts01_.T', max_size=80))
    def test_any_text_of_yaml_characters(self, text):
        self.read(text.encode())

    def test_deep_nesting(self):
        self.read(b'[' * 100_000)

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=40))
    def test_any_scalar(self, text):
        for tag in ('int', 'float', 'bool', 'timestamp', 'binary', 'null'):
            quoted = yaml.safe_dump(text, default_style='"').strip()
            self.read(f'hosts: !!{tag} {quoted}\n'.encode())


class DocumentTest(testtools.TestCase):
    def test_a_line_that_is_not_known_is_its_parents(self):
        parsed = document.parse(b'a:\n  b:\n    c: 1\n')
        self.assertEqual({'a': {'b': {'c': 1}}}, parsed.value)
        self.assertEqual(3, parsed.line(('a', 'b', 'c')))
        self.assertEqual(2, parsed.line(('a', 'b', 'missing')))
        self.assertEqual(1, parsed.line(()))

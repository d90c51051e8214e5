# SPDX-License-Identifier: Apache-2.0
import testtools
from testtools import matchers

from nova_ha.power import messages
from nova_ha.power.messages import Subject
from nova_ha.recovery import errors

PARAMETERS = {
    'address': '::1',
    'port': 623,
    'user': 'adm',
    'password': 'hidden',
}
SUBJECT = Subject('c1', f'BMC {messages.address(PARAMETERS)}', 'adm')
EXPECTED = {
    'absent': (errors.PowerUnsupported, 'install it'),
    'silent': (errors.PowerUnreachable, 'check that it has power and network'),
    'user': (errors.PowerAuthError, "refuses user 'adm'"),
    'password': (errors.PowerAuthError, "refuses the password of user 'adm'"),
    'login': (errors.PowerAuthError, "refuses user 'adm' with this password"),
    'kg': (errors.PowerAuthError, 'set kg in the hosts file'),
    'privilege': (errors.PowerAuthError, 'needs operator'),
    'certificate': (errors.PowerDeviceError, 'set verify_ca'),
    'system': (errors.PowerDeviceError, 'set system_id'),
    'device': (errors.PowerDeviceError, 'answers with an error: 12.3;'),
    'stuck': (errors.PowerStuck, 'but 12.3 s later the host is still on'),
    'unfinished': (errors.PowerStuck, 'switch it off by hand'),
    'unheard of': (errors.PowerDeviceError, 'answers with an error'),
}


class MessagesTest(testtools.TestCase):
    def test_every_failure_names_host_bmc_and_what_to_do(self):
        for kind, (error, words) in EXPECTED.items():
            with self.subTest(kind):
                told = SUBJECT.error({'failure': kind, 'text': '12.3'})
                self.assertIs(error, type(told))
                self.assertThat(
                    str(told),
                    matchers.MatchesAll(
                        matchers.StartsWith('c1: BMC [::1]:623'),
                        matchers.Contains(words),
                        matchers.Not(matchers.Contains('hidden')),
                    ),
                )

    def test_a_devices_words_stay_one_short_line(self):
        words = 'a\nb\x1b[31m\x00' + 'x' * 1000
        told = str(SUBJECT.error({'failure': 'device', 'text': words}))
        self.assertIn(': a?b?[31m?xxx', told)
        self.assertIn('xxx...; look into its log', told)
        self.assertLess(len(told), 700)

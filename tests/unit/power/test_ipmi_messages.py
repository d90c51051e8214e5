# SPDX-License-Identifier: Apache-2.0
import testtools
from testtools import matchers

from nova_ha.power import ipmi_messages
from nova_ha.recovery import errors
from nova_ha.recovery.model import Host

HOST = Host(
    'c1',
    'c1',
    'ipmi',
    {'address': '::1', 'port': 623, 'user': 'adm', 'password': 'hidden'},
)
EXPECTED = {
    'silent': (errors.PowerUnreachable, 'check that it has power and network'),
    'user': (errors.PowerAuthError, "refuses user 'adm'"),
    'password': (errors.PowerAuthError, "refuses the password of user 'adm'"),
    'kg': (errors.PowerAuthError, 'set kg in the hosts file'),
    'privilege': (errors.PowerAuthError, 'needs operator'),
    'device': (errors.PowerDeviceError, 'answers with an error: 12.3;'),
    'stuck': (errors.PowerStuck, 'but 12.3 s later the host is still on'),
    'unheard of': (errors.PowerDeviceError, 'answers with an error'),
}


class MessagesTest(testtools.TestCase):
    def test_every_failure_names_host_bmc_and_what_to_do(self):
        for kind, (error, words) in EXPECTED.items():
            with self.subTest(kind):
                told = ipmi_messages.error(
                    HOST, {'failure': kind, 'text': '12.3'}
                )
                self.assertIs(error, type(told))
                self.assertThat(
                    str(told),
                    matchers.MatchesAll(
                        matchers.StartsWith('c1: BMC [::1]:623'),
                        matchers.Contains(words),
                        matchers.Not(matchers.Contains('hidden')),
                    ),
                )

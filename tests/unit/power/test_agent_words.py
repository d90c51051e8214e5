# SPDX-License-Identifier: Apache-2.0
import testtools

from nova_ha.power import agent_words

#: What agents were seen to say, and what it means.
KINDS = {
    '> RAKP 2 HMAC is invalid': 'password',
    'RAKP 2 message indicates an error : unauthorized name': 'user',
    'unauthorized role or privilege level requested': 'privilege',
    'Failed: The user does not have the correct privileges to do the '
    'requested action.': 'privilege',
    '> RAKP 4 message has invalid integrity check value': 'kg',
    'Error in open session response message : invalid authentication '
    'algorithm': 'device',
    'Unable to connect/login to fencing device': 'login',
    'Failed: You have to set login password': 'login',
    'The requested URL returned error: 401': 'login',
    'Connection timed out': 'silent',
    'Connection lost': 'silent',
    'Error: Unable to establish IPMI v2 / RMCP+ session': 'silent',
    'Could not resolve host: pdu.invalid': 'silent',
    'Failed: Timed out waiting to power OFF': 'unfinished',
    'Failed: Unable to obtain correct plug status or plug is not available': (
        'device'
    ),
    'it said nothing': 'device',
}
ERR = """\
/usr/sbin/fence_x:5: DeprecationWarning: old
  from pipes import quote
WARNING:root:Parse error: Ignoring unknown option 'usr=hush'

2026-11-25 15:01:15,256 DEBUG: Executing: x -P [set]
2026-11-25 15:01:15,256 ERROR: Failed: no plug of s3cret
2026-11-25 15:01:15,256 ERROR: Failed: no plug of s3cret

2026-11-25 15:01:15,256 ERROR: Please use '-h' for usage
"""
PARAMETERS = {'usr': 'hush', 'password': 's3cret', 'ip': '192.0.2.1'}


class WordsTest(testtools.TestCase):
    def test_kinds(self):
        for words, kind in KINDS.items():
            with self.subTest(words):
                self.assertEqual(kind, agent_words.kind(words))

    def test_a_summary_is_short_and_holds_no_secret(self):
        self.assertEqual(
            '/usr/sbin/fence_x:5: DeprecationWarning: old; '
            "Parse error: Ignoring unknown option 'usr=***'; "
            'Failed: no plug of ***',
            agent_words.summary('', ERR, PARAMETERS),
        )

    def test_details_are_told_when_asked_for(self):
        self.assertIn(
            'Executing: x', agent_words.summary('', ERR, {}, details=True)
        )

    def test_silence_is_told(self):
        self.assertEqual('it said nothing', agent_words.summary('', '\n', {}))

    def test_what_an_agent_ignores(self):
        self.assertEqual(['usr'], agent_words.ignored(ERR))

    def test_lines(self):
        for value, line in (
            (True, '1'),
            (False, '0'),
            (3, '3'),
            ('a b', 'a b'),
            # Agents cut these off.
            (' a ', '" a "'),
            ('"a"', '""a""'),
        ):
            with self.subTest(str(value)):
                self.assertEqual(
                    f'x={line}\naction=off\n',
                    agent_words.lines('off', {'x': value}),
                )

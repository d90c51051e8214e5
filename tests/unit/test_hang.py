# SPDX-License-Identifier: Apache-2.0
"""A test that hangs ends its process, and is told by name."""

import os
import subprocess
import sys
import textwrap
import unittest

BODY = textwrap.dedent("""
    import threading
    import unittest

    import testtools

    from tests import hang

    hang.guard()


    class OneTest({base}):
        def test_quick(self):
            pass

        def test_that_hangs(self):
            {body}


    unittest.main(argv=['x', '-v'])
""")

ANEW = textwrap.dedent("""
    import faulthandler
    import os

    begun = []
    faulthandler.dump_traceback_later = lambda s, **_: begun.append(s)
    os.environ.pop('NOVA_HA_TEST_SECONDS', None)

    from tests import hang

    hang.count_anew()
    hang.guard()
    hang.count_anew()
    print(begun)
""")


class HangTest(unittest.TestCase):
    def run_with(self, seconds, base, body):
        return subprocess.run(
            [sys.executable, '-c', BODY.format(base=base, body=body)],
            env={**os.environ, 'NOVA_HA_TEST_SECONDS': seconds},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_ended(self):
        for base in ('unittest.TestCase', 'testtools.TestCase'):
            with self.subTest(base):
                done = self.run_with('0.5', base, 'threading.Event().wait()')
                self.assertNotEqual(0, done.returncode)
                self.assertIn('Timeout', done.stderr)
                self.assertIn('in test_that_hangs', done.stderr)

    def test_what_goes_on_has_its_time_anew(self):
        done = subprocess.run(
            [sys.executable, '-c', ANEW],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(('[400.0]\n', ''), (done.stdout, done.stderr))

    def test_what_does_not_hang_is_left_alone(self):
        for seconds in ('60', '0'):
            with self.subTest(seconds):
                done = self.run_with(seconds, 'unittest.TestCase', 'pass')
                self.assertEqual(0, done.returncode, done.stderr)

# SPDX-License-Identifier: Apache-2.0
"""SQLite and the spool under a full disk, other processes and kill -9."""

import pathlib
import sqlite3
import subprocess
import sys
import textwrap
import time

from nova_ha.db import spool
from nova_ha.recovery import errors
from tests.unit.db import base

TOP = pathlib.Path(__file__).parents[3]
SECONDS = 60


def child(source, *arguments):
    """Start a process that runs the source; its output is read."""
    return subprocess.Popen(
        [sys.executable, '-c', textwrap.dedent(source), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=TOP,
    )


class FullDiskTest(base.SQLite, base.StoreTest):
    def test_a_full_disk_is_noticed(self):
        """The kernel refuses to let files grow, as a full disk would."""
        with child(
            """
            import resource, signal, sys
            from nova_ha.db import store
            from nova_ha.recovery import errors
            from tests.unit.db import base

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            made = store.SqlStore(base.configuration(state_path=sys.argv[1]))
            first = base.new_recovery('compute-1')
            made.open(first, base.new_event(first))
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
            for call in (made.check, lambda: made.save(first, 'me')):
                try:
                    call()
                except errors.StoreUnavailable as error:
                    print(error)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            made.check()
            print(made.save(first, 'me').generation)
            """,
            self.directory,
        ) as process:
            lines = process.communicate(timeout=SECONDS)[0].splitlines()
        self.assertEqual(3, len(lines), lines)
        self.assertIn('nova-ha.sqlite', lines[0])
        self.assertIn('nova-ha.sqlite', lines[1])
        self.assertEqual('1', lines[2])


class OtherProcessTest(base.SQLite, base.StoreTest):
    def test_another_writer_is_waited_for_but_not_for_ever(self):
        other = sqlite3.connect(
            self.directory / 'nova-ha.sqlite', isolation_level=None
        )
        self.addCleanup(other.close)
        other.execute('BEGIN IMMEDIATE')
        begun = time.monotonic()
        with self.assertRaisesRegex(errors.StoreUnavailable, 'locked'):
            self.store.check()
        self.assertLess(time.monotonic() - begun, 10.0)
        self.assertEqual([], self.store.recoveries())  # readers do not wait
        other.execute('ROLLBACK')
        self.store.check()

    def test_waiting_threads_give_up_together(self):
        other = sqlite3.connect(
            self.directory / 'nova-ha.sqlite', isolation_level=None
        )
        self.addCleanup(other.close)
        other.execute('BEGIN IMMEDIATE')
        alone = self.seconds_until_refused(1)
        # One after another they would need fifty times as long.
        self.assertLess(self.seconds_until_refused(50), 10 * alone)

    def seconds_until_refused(self, threads):
        begun = time.monotonic()
        outcomes = base.race(threads, lambda _: self.store.check())
        self.assertEqual({errors.StoreUnavailable}, set(map(type, outcomes)))
        return time.monotonic() - begun


class KillTest(base.SQLite, base.StoreTest):
    def test_what_was_said_to_be_saved_is_there_after_kill_9(self):
        with child(
            """
            import sys
            from nova_ha.db import store
            from tests.unit.db import base

            made = store.SqlStore(base.configuration(state_path=sys.argv[1]))
            while True:
                new = base.new_recovery()
                opened = made.open(new, base.new_event(new))
                saved = made.save(opened, 'me', [base.new_event(opened)])
                print(saved.uuid, flush=True)
            """,
            self.directory,
        ) as process:
            said = [process.stdout.readline().strip() for _ in range(50)]
            process.kill()
            said += process.stdout.read().split('\n')[:-1]
        for uuid in said:
            self.assertEqual(1, self.store.get(uuid).generation)
            self.assertEqual(2, len(self.store.events(uuid)))
        for recovery in self.store.recoveries():
            events = self.store.events(recovery.uuid)
            self.assertEqual(recovery.generation + 1, len(events))
        self.store.check()

    def test_the_spool_after_kill_9(self):
        """Records are whole or not there, and said ones are there."""
        with child(
            """
            import pathlib, sys
            from nova_ha.db import spool
            from tests.unit.db import test_spool

            made = spool.FileSpool(pathlib.Path(sys.argv[1]) / 'spool')
            for number in range(1_000_000):
                made.put(test_spool.new_record(str(number), 'x' * 100_000))
                print(number, flush=True)
            """,
            self.directory,
        ) as process:
            for _ in range(50):
                process.stdout.readline()
            process.kill()
            rest = process.stdout.read().split('\n')[:-1]
        directory = self.directory / 'spool'
        hosts = [r.host for _, r in spool.FileSpool(directory).entries()]
        said = 50 + len(rest)
        self.assertIn(len(hosts), (said, said + 1))
        self.assertEqual([str(number) for number in range(len(hosts))], hosts)
        self.assertEqual([], list(directory.glob('*.corrupt')))

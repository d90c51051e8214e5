# SPDX-License-Identifier: Apache-2.0
"""The spool of verified power-offs."""

import dataclasses
import datetime
import json
import os
import pathlib
import stat

from nova_ha.db import spool
from nova_ha.db import spool_format
from nova_ha.recovery import errors
from nova_ha.recovery import model
from tests.unit.db import base


def new_record(host='compute-1', reason='Pacemaker asked for off'):
    later = base.START + datetime.timedelta(seconds=1)
    return model.FenceRecord(
        host=host,
        origin='fence_nova_ha',
        reason=reason,
        requested_at=base.START,
        off_proof=model.OffProof(host, 'ipmi', 'BMC at 192.0.2.1', later),
    )


class SpoolTest(base.TemporaryDirectory):
    def setUp(self):
        super().setUp()
        self.path = self.directory / 'deep' / 'spool'
        self.spool = spool.FileSpool(self.path)

    def records(self):
        return [record for _, record in self.spool.entries()]

    def test_records_come_back_in_order(self):
        records = [new_record(f'compute-{i}') for i in (3, 1, 2)]
        for record in records:
            self.spool.put(record)
        self.assertEqual(records, self.records())
        self.assertEqual(
            records,
            [record for _, record in spool.FileSpool(self.path).entries()],
        )

    def test_empty(self):
        self.assertEqual([], self.records())
        self.spool.check()
        self.assertEqual([], self.records())
        self.assertEqual([], list(self.path.iterdir()))

    def test_only_its_owner_reads_it(self):
        self.spool.put(new_record())
        [file] = self.path.iterdir()
        self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(self.path.stat().st_mode))

    def test_remove_is_repeatable(self):
        self.spool.put(new_record())
        [(key, _)] = self.spool.entries()
        self.spool.remove(key)
        self.spool.remove(key)
        self.assertEqual([], self.records())

    def test_remove_after_the_directory(self):
        self.spool.put(new_record())
        [(key, _)] = self.spool.entries()
        for file in self.path.iterdir():
            file.unlink()
        self.path.rmdir()
        self.spool.remove(key)

    def test_names_of_hosts_are_no_paths(self):
        for host in ('../../x', '/etc/passwd', 'a\0b', '🔥' * 300, ''):
            record = new_record(host)
            self.spool.put(record)
            self.assertEqual([record], self.records())
            [(key, _)] = self.spool.entries()
            self.spool.remove(key)
        self.assertEqual([self.path], list(self.path.parent.iterdir()))

    def test_keys_are_no_paths(self):
        precious = self.path.parent / '1.json'
        precious.parent.mkdir(parents=True)
        precious.write_text('x', encoding='utf-8')
        for key in ('../1.json', '0/../../1.json', str(precious), '', '.'):
            with self.assertRaises(ValueError):
                self.spool.remove(key)
        self.assertTrue(precious.exists())

    def test_a_corrupt_record_is_set_aside_and_stops_no_other(self):
        records = [new_record(f'compute-{i}') for i in range(3)]
        for record in records:
            self.spool.put(record)
        bad = self.path / self.spool.entries()[1][0]
        bad.write_bytes(b'{"version": 1, "host": "comp')
        with self.assertLogs(spool.LOG.logger, 'ERROR') as logged:
            self.assertEqual([records[0], records[2]], self.records())
        self.assertIn(str(bad), logged.output[0])
        self.assertTrue(bad.with_suffix('.corrupt').exists())
        self.assertEqual([records[0], records[2]], self.records())

    def test_a_record_that_cannot_be_read_stops_no_other(self):
        self.spool.put(new_record())
        (self.path / '0.json').mkdir()
        with self.assertLogs(spool.LOG.logger, 'ERROR'):
            self.assertEqual([new_record()], self.records())

    def test_unfinished_files_are_no_records(self):
        self.spool.put(new_record())
        [file] = self.path.iterdir()
        file.rename(self.path / f'.{file.name}.tmp')
        self.assertEqual([], self.records())

    def test_a_spool_that_cannot_be_written(self):
        self.path.parent.mkdir()
        self.path.write_text('no directory', encoding='utf-8')
        for call in (
            self.spool.check,
            self.spool.entries,
            lambda: self.spool.put(new_record()),
            lambda: self.spool.remove('1.json'),
        ):
            with self.assertRaises(errors.StoreUnavailable) as caught:
                call()
            self.assertIn(str(self.path), str(caught.exception))

    def test_the_record_is_on_disk_before_it_has_its_name(self):
        """fsync of the file, then the name, then fsync of the directory."""
        self.spool.check()  # makes the directory
        calls = []
        real = os.fsync

        def fsync(descriptor):
            target = pathlib.Path(f'/proc/self/fd/{descriptor}').readlink()
            names = sorted(path.name[-4:] for path in self.path.iterdir())
            calls.append((target == self.path, names))
            real(descriptor)

        os.fsync = fsync
        self.addCleanup(setattr, os, 'fsync', real)
        self.spool.put(new_record())
        self.assertEqual([(False, ['.tmp']), (True, ['json'])], calls)


class FormatTest(base.TemporaryDirectory):
    def setUp(self):
        super().setUp()
        self.values = json.loads(spool_format.dump(new_record()))

    def assert_corrupt(self, expected, content=None):
        content = content or json.dumps(self.values).encode()
        with self.assertRaisesRegex(spool_format.CorruptRecord, expected):
            spool_format.load(content)

    def test_round_trip(self):
        record = new_record('ß🔥\n\0')
        self.assertEqual(record, spool_format.load(spool_format.dump(record)))

    def test_the_wish_for_power(self):
        record = dataclasses.replace(
            new_record(), power_on_asked_at=base.START
        )
        self.assertEqual(record, spool_format.load(spool_format.dump(record)))
        self.values['power_on_asked_at'] = 'soon'
        self.assert_corrupt('power_on_asked_at is no time')

    def test_a_file_of_the_first_release(self):
        del self.values['power_on_asked_at']
        content = json.dumps(self.values).encode()
        self.assertEqual(new_record(), spool_format.load(content))

    def test_what_is_no_record(self):
        for content in (b'\0\0\0', b'{"version": 1', b'\xff\xfe', b'[' * 9999):
            self.assert_corrupt('not JSON', content)
        self.assert_corrupt('not a JSON object', b'[]')

    def test_another_format(self):
        self.values['version'] = 2
        self.assert_corrupt('format version 2, this release knows 1')
        del self.values['version']
        self.assert_corrupt('format version None')

    def test_keys(self):
        self.values['colour'] = 'red'
        self.assert_corrupt(r"record has unknown keys: \['colour'\]")
        del self.values['colour'], self.values['reason']
        self.assert_corrupt(r"record lacks keys: \['reason'\]")

    def test_keys_of_the_proof(self):
        del self.values['off_proof']['verified_at']
        self.assert_corrupt(r"off_proof lacks keys: \['verified_at'\]")

    def test_values(self):
        for where, name, value, expected in (
            (self.values, 'host', 1, 'host of record is 1'),
            (self.values['off_proof'], 'was_running', 'x', 'was_running of'),
            (self.values, 'requested_at', 'today', 'is no time'),
            (self.values, 'requested_at', '2026-01-01', 'no time zone'),
            (self.values, 'off_proof', None, 'off_proof of record is None'),
        ):
            before = where[name]
            where[name] = value
            self.assert_corrupt(expected)
            where[name] = before

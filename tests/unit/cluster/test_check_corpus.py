# SPDX-License-Identifier: Apache-2.0
"""Each check on a corpus of configurations, good and bad.

``cibs/NAME.xml`` is what ``cibadmin --query`` printed, ``cibs/NAME.txt``
what has to be found, in the words a person reads. ``cibs/NAME.yaml``, or
``cibs/hosts.yaml`` where there is none, has the hosts, and nova's names of
them where nova is asked. ``NOVA_HA_WRITE_GOLDEN=1`` writes the texts anew,
to be read before they are committed.
"""

import os
import pathlib
import unittest

import yaml

from nova_ha.cluster.check import facts
from nova_ha.cluster.check import reader
from nova_ha.cluster.check import registry
from nova_ha.cluster.check import traps
from nova_ha.recovery import model

CIBS = pathlib.Path(__file__).with_name('cibs')
WRITE = bool(os.environ.get('NOVA_HA_WRITE_GOLDEN'))


def names():
    return sorted(path.stem for path in CIBS.glob('*.xml'))


def found(name):
    about = CIBS / f'{name}.yaml'
    if not about.exists():
        about = CIBS / 'hosts.yaml'
    world = yaml.safe_load(about.read_text(encoding='utf-8'))
    return registry.findings(
        facts.Facts(
            cib=reader.parse(
                (CIBS / f'{name}.xml').read_text(encoding='utf-8')
            ),
            hosts=[model.Host(**host) for host in world['hosts']],
            nova=world.get('nova'),
        )
    )


def told(finding):
    return (
        f'{finding.severity.value} {finding.trap}: '
        f'{", ".join(finding.places)}\n'
        f'  {finding.text}\n'
        f'  so: {finding.consequence}\n'
        f'  do: {finding.remedy}\n'
    )


class CorpusTest(unittest.TestCase):
    maxDiff = None

    def test_what_is_found(self):
        self.assertNotEqual([], names())
        for name in names():
            with self.subTest(name):
                text = '\n'.join(told(finding) for finding in found(name))
                golden = CIBS / f'{name}.txt'
                if WRITE:
                    golden.write_text(text, encoding='utf-8')
                expected = golden.read_text(encoding='utf-8')
                self.assertEqual(expected, text)

    def test_nothing_is_found_in_good_ones(self):
        good = [name for name in names() if name.startswith('good-')]
        self.assertNotEqual([], good)
        for name in good:
            with self.subTest(name):
                self.assertEqual([], found(name))

    def test_every_check_finds_something(self):
        hit = {finding.trap for name in names() for finding in found(name)}
        self.assertEqual(set(registry.TRAPS), hit)

    def test_every_text_is_whole(self):
        for name in names():
            for finding in found(name):
                with self.subTest(trap=finding.trap):
                    self.assertNotEqual((), finding.places)
                    for text in (
                        finding.text,
                        finding.consequence,
                        finding.remedy,
                    ):
                        self.assertRegex(text, r'^\S.*\.$')
                        self.assertNotIn('  ', text)

    def test_every_module_of_traps_is_registered(self):
        registered = {trap.__module__ for trap in registry.TRAPS.values()}
        self.assertEqual(
            {module.__name__ for module in traps.MODULES}, registered
        )

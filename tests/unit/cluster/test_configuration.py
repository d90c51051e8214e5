# SPDX-License-Identifier: Apache-2.0
"""What is printed for a few clouds, in every format.

``configurations/NAME.FORMAT`` is the whole text. ``NOVA_HA_WRITE_GOLDEN=1``
writes the texts anew, to be read before they are committed. That the three
formats mean the same is proven with the real tools, in the functional tests.
"""

import dataclasses
import os
import pathlib
import unittest

from nova_ha.cluster.check import facts
from nova_ha.cluster.check import findings
from nova_ha.cluster.check import reader
from nova_ha.cluster.check import registry
from nova_ha.cluster.check import traps  # noqa: F401  registers them
from nova_ha.cluster.configuration import crm
from nova_ha.cluster.configuration import model
from nova_ha.cluster.configuration import pcs
from nova_ha.cluster.configuration import plan
from nova_ha.cluster.configuration import services
from nova_ha.cluster.configuration import xml
from tests.unit.cluster import clouds

DIRECTORY = pathlib.Path(__file__).with_name('configurations')
RENDERERS = {'pcs': pcs, 'crm': crm, 'xml': xml}
WRITE = bool(os.environ.get('NOVA_HA_WRITE_GOLDEN'))

# What the operator has made before: fencing of the controllers, and the
# power agents that clouds name.
OWN = """
<primitive id="{id}" class="stonith" type="{agent}">
  <instance_attributes id="{id}-parameters">
    <nvpair id="{id}-list" name="pcmk_host_list" value="{nodes}"/>
  </instance_attributes>
</primitive>
"""


def as_cib(configuration, own):
    """Wrap what is printed in XML, as a cluster that has loaded it."""
    text = xml.render(configuration)
    text = text[text.index('<configuration>') :]
    devices = ''.join(
        OWN.format(id=name, agent=agent, nodes=nodes)
        for name, (agent, nodes) in own.items()
    )
    text = text.replace('</resources>', f'{devices}</resources>')
    return f'<cib crm_feature_set="3.16.1">{text}<status/></cib>'


class GoldenTest(unittest.TestCase):
    maxDiff = None

    def test_the_text(self):
        for name, cloud in clouds.CLOUDS.items():
            configuration = plan.configuration(cloud.hosts, cloud.wishes)
            for suffix, renderer in RENDERERS.items():
                with self.subTest(name=name, format=suffix):
                    text = renderer.render(configuration)
                    golden = DIRECTORY / f'{name}.{suffix}'
                    if WRITE:
                        golden.write_text(text, encoding='utf-8')
                    self.assertEqual(golden.read_text(encoding='utf-8'), text)


class CheckedTest(unittest.TestCase):
    def test_what_is_printed_is_sound(self):
        for name, cloud in clouds.CLOUDS.items():
            with self.subTest(name):
                found = self.found(cloud)
                self.assertEqual(
                    list(cloud.expected), [one.trap for one in found]
                )
                for one in found:
                    self.assertEqual(findings.Severity.NOTE, one.severity)

    def found(self, cloud):
        wishes = dataclasses.replace(cloud.wishes, show_secrets=True)
        configuration = plan.configuration(cloud.hosts, wishes)
        return registry.findings(
            facts.Facts(
                cib=reader.parse(as_cib(configuration, cloud.own)),
                hosts=cloud.hosts,
                settings=facts.Settings(
                    gate=cloud.wishes.gate,
                    socket=cloud.wishes.socket,
                    compute_resource=cloud.wishes.services[-1].primitive.id,
                ),
            )
        )


class SecretsTest(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = clouds.CLOUDS['generated-power-agents']

    def texts(self, **changes):
        wishes = dataclasses.replace(self.cloud.wishes, **changes)
        configuration = plan.configuration(self.cloud.hosts, wishes)
        return [one.render(configuration) for one in RENDERERS.values()]

    def test_they_are_left_out(self):
        for text in self.texts():
            self.assertNotIn(clouds.PASSWORD, text)
            self.assertNotIn(clouds.KG.encode().hex(), text)
            self.assertIn('password', text)
            self.assertIn('REPLACE-ME', text)

    def test_they_are_shown_when_wished(self):
        _, crm_text, xml_text = self.texts(show_secrets=True)
        self.assertIn(r'password="pa$$ \"word"', crm_text)
        self.assertIn('value="pa$$ &quot;word"', xml_text)
        for text in (crm_text, xml_text):
            self.assertIn(clouds.KG.encode().hex(), text)
            self.assertNotIn('REPLACE-ME', text)


class RefusedTest(unittest.TestCase):
    def assert_refused(self, expected, hosts, **changes):
        wishes = dataclasses.replace(
            clouds.CLOUDS['one-controller'].wishes, **changes
        )
        with self.assertRaisesRegex(model.ConfigurationError, expected):
            plan.configuration(hosts, wishes)

    def test_nothing_would_switch_the_host_off(self):
        self.assert_refused(
            'cmp1.*external.*--power-agent', [clouds.host('cmp1', 'external')]
        )

    def test_there_is_nothing_to_make_a_power_agent_of(self):
        self.assert_refused(
            'cmp1.*driver fake',
            [clouds.host('cmp1', 'fake')],
            power_agent='fence_ipmilan',
        )

    def test_a_name_that_cannot_be_an_id(self):
        for name in ('10.0.0.1', 'cmp/1', 'cmp 1', '-cmp', ''):
            self.assert_refused(
                'key node', [clouds.host(name, 'fake')], services=CHAIN
            )

    def test_a_name_given_twice(self):
        for name in ('ctl1', 'nova-compute', 'nova-compute-clone'):
            self.assert_refused(
                f'{name} is the name of', [clouds.host(name, 'fake')]
            )
        self.assert_refused(
            'nova-ha itself', [clouds.host('nova-ha-fence', 'fake')]
        )
        self.assert_refused('twice', [clouds.host('cmp1', 'fake')] * 2)
        self.assert_refused(
            'twice',
            [clouds.host('cmp1', 'fake')],
            controllers=(('ctl1', 1), ('ctl1', 2)),
        )


CHAIN = services.chain('debian')


class ServiceTest(unittest.TestCase):
    def test_usual_operations(self):
        clone = services.parse('nova-compute=ocf:lab:nova-compute')
        self.assertEqual('nova-compute-clone', clone.id)
        self.assertEqual('ocf:lab:nova-compute', clone.primitive.agent)
        self.assertEqual(services.OPERATIONS, clone.primitive.operations)

    def test_operations_of_its_own(self):
        clone = services.parse(
            'nova-compute=systemd:nova-compute,monitor:interval=5s:timeout=9s'
            ',reload:timeout=7s'
        )
        start, stop, monitor, reload = clone.primitive.operations
        self.assertEqual(services.OPERATIONS[:2], (start, stop))
        self.assertEqual(
            model.Operation('monitor', timeout='9s', interval='5s'), monitor
        )
        self.assertEqual(model.Operation('reload', timeout='7s'), reload)

    def test_what_cannot_be_read(self):
        for text in (
            '',
            'nova-compute',
            'nova-compute=',
            '=systemd:x',
            'nova compute=systemd:x',
            'nova-compute=nova-compute',
            'nova-compute=systemd:x,',
            'nova-compute=systemd:x,monitor',
            'nova-compute=systemd:x,monitor:speed=1',
            'nova-compute=systemd:x,monitor:timeout=',
            'nova-compute=systemd:x,:timeout=1',
        ):
            with (
                self.subTest(text),
                self.assertRaises(model.ConfigurationError),
            ):
                services.parse(text)

    def test_every_distribution_ends_in_nova_compute(self):
        for name in services.CHAINS:
            chain = services.chain(name)
            self.assertEqual('nova-compute', chain[-1].primitive.id)

# SPDX-License-Identifier: Apache-2.0
"""What real answers of Pacemaker are read as, situation by situation."""

import datetime
import pathlib
import unittest
from xml.etree import ElementTree as ET

from nova_ha.cluster import gateway
from nova_ha.cluster import gateway_cib
from nova_ha.cluster import gateway_monitor
from nova_ha.recovery import errors
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.states import Gate

OUTPUTS = pathlib.Path(__file__).with_name('outputs')
CTL1 = 'ctl1 online'
CMP1 = 'cmp1 remote online gate=ajar active'


def answer(name):
    return (OUTPUTS / name).read_text()


def look(name, resource='nova-compute', attribute='nova-ha-gate'):
    return gateway.view(
        gateway_monitor.read(answer(f'{name}.mon.xml'), resource),
        gateway_cib.read(answer(f'{name}.cib.xml'), attribute, resource),
    )


def told(node):
    """Tell a node in one line."""
    words = [node.name]
    words += [w for w in ('remote', 'online', 'unclean') if getattr(node, w)]
    if node.gate is not Gate.OPEN:
        words.append(f'gate={node.gate.value}')
    if node.compute_active:
        words.append('active')
    return ' '.join(words)


def at(text):
    return datetime.datetime.fromisoformat(f'2026-11-25T{text}+00:00')


class NodesTest(unittest.TestCase):
    maxDiff = None

    def assert_nodes(self, name, *lines, quorate=True):
        view = look(name)
        self.assertEqual(quorate, view.quorate)
        self.assertEqual(list(lines), list(map(told, view.nodes.values())))
        for key, node in view.nodes.items():
            self.assertEqual(key, node.name)

    def assert_cmp2(self, name, line):
        """The situations in which nothing but cmp2 differs."""
        self.assert_nodes(name, CMP1, line, CTL1)

    def test_healthy(self):
        self.assert_nodes(
            'healthy',
            'cmp1 remote online active',
            'cmp2 remote online active',
            CTL1,
        )

    def test_gates_of_online_nodes(self):
        self.assert_cmp2('gates', 'cmp2 remote online gate=shut active')

    def test_lost(self):
        self.assert_cmp2(
            'lost_unclean', 'cmp2 remote unclean gate=shut active'
        )

    def test_fencing_under_way(self):
        self.assert_cmp2(
            'fencing_pending', 'cmp2 remote unclean gate=shut active'
        )

    def test_fenced_and_off(self):
        self.assert_cmp2('fenced_off', 'cmp2 remote gate=shut')

    def test_gate_set_while_off(self):
        """crm_mon shows no attributes of nodes that are offline."""
        text = answer('gate_shut_while_off.mon.xml')
        self.assertNotIn('nova-ha-gate', text)
        self.assert_cmp2('gate_shut_while_off', 'cmp2 remote gate=shut')

    def test_back_and_not_looked_at_yet(self):
        """crm_mon shows nova-compute as stopped there."""
        seen = gateway_monitor.read(answer('unprobed.mon.xml'), 'nova-compute')
        self.assertNotIn('cmp2', seen.compute_on)
        self.assert_cmp2('unprobed', 'cmp2 remote online gate=shut active')
        nodes = look('unprobed').nodes
        self.assertEqual(
            [False, True],
            [nodes[name].compute_unknown for name in ('cmp1', 'cmp2')],
        )

    def test_off_while_pacemaker_tries_to_connect(self):
        """crm_mon shows it as online."""
        seen = gateway_monitor.read(
            answer('connecting.mon.xml'), 'nova-compute'
        )
        self.assertTrue(seen.nodes[1].online)
        self.assert_cmp2('connecting', 'cmp2 remote')

    def test_back_and_serving(self):
        self.assert_cmp2('returned', 'cmp2 remote online active')

    def test_nova_compute_being_stopped(self):
        self.assert_cmp2(
            'compute_stopping', 'cmp2 remote online gate=shut active'
        )

    def test_nova_compute_stopped(self):
        self.assert_cmp2('compute_stopped', 'cmp2 remote online gate=shut')

    def test_nova_compute_being_started(self):
        self.assert_cmp2(
            'compute_starting', 'cmp2 remote online gate=shut active'
        )

    def test_nova_compute_that_failed_to_start_was_stopped(self):
        self.assert_cmp2('compute_start_failed', 'cmp2 remote online')

    def test_nova_compute_that_failed_to_stop_is_active(self):
        self.assert_cmp2('compute_blocked', 'cmp2 remote online active')

    def test_maintenance(self):
        self.assert_cmp2('maintenance', 'cmp2 remote online active')

    def test_fencing_that_failed_leaves_it_unclean(self):
        for name in ('fencing_failed', 'fencing_given_up'):
            with self.subTest(name):
                self.assert_cmp2(name, 'cmp2 remote unclean active')

    def test_confirmed_by_a_person(self):
        self.assert_cmp2('confirmed', 'cmp2 remote')

    def test_remote_that_never_connected(self):
        self.assert_nodes(
            'never_connected',
            CMP1,
            'cmp2 remote online gate=shut',
            'cmp9 remote unclean gate=shut active',
            CTL1,
        )

    def test_numbered_instances_of_a_clone(self):
        self.assert_nodes(
            'unique_clone',
            'cmp1 remote online active',
            CTL1,
            'ctl2 online',
            'ctl3 online',
        )

    def test_no_dc_is_no_quorum(self):
        self.assert_nodes('no_dc_yet', quorate=False)

    def test_three_controllers(self):
        self.assert_nodes(
            'three_controllers',
            'cmp1 remote online active',
            CTL1,
            'ctl2 online',
            'ctl3 online',
        )

    def test_one_controller_of_three_has_no_quorum(self):
        self.assert_nodes(
            'not_quorate',
            'cmp1 remote',
            CTL1,
            'ctl2 unclean active',
            'ctl3 unclean active',
            quorate=False,
        )

    def test_a_resource_that_the_cluster_does_not_have(self):
        """Whatever may be running is taken to run."""
        view = look('healthy', resource='nova-comput')
        for node in view.nodes.values():
            self.assertTrue(node.compute_active, node.name)

    def test_a_resource_whose_name_only_begins_alike(self):
        seen = gateway_monitor.read(answer('healthy.mon.xml'), 'nova')
        self.assertEqual(frozenset(), seen.compute_on)

    def test_a_gate_of_another_name_is_none(self):
        view = look('gates', attribute='gate')
        for node in view.nodes.values():
            self.assertIs(Gate.OPEN, node.gate)

    def test_a_value_that_is_not_ours_holds_nothing_back(self):
        text = answer('gates.cib.xml').replace('"shut"', '"SHUT"')
        held = gateway_cib.read(text, 'nova-ha-gate', 'nova-compute')
        self.assertIs(Gate.OPEN, held.gates['cmp2'])
        self.assertIs(Gate.AJAR, held.gates['cmp1'])

    def test_an_attribute_of_the_running_node_only_is_no_gate(self):
        """Pacemaker forgets those when it loses the node."""
        document = ET.fromstring(answer('healthy.cib.xml'))
        pairs = document.iterfind('status//transient_attributes//nvpair')
        for pair in pairs:
            pair.set('name', 'nova-ha-gate')
            pair.set('value', 'shut')
        held = gateway_cib.read(
            ET.tostring(document, 'unicode'), 'nova-ha-gate', 'nova-compute'
        )
        self.assertEqual({}, held.gates)


class FencesTest(unittest.TestCase):
    maxDiff = None

    def test_none(self):
        self.assertEqual((), look('maintenance').fences)

    def test_oldest_first(self):
        self.assertEqual(
            [at('14:59:08'), at('15:03:13'), at('15:05:51')],
            [fence.at for fence in look('fenced_off').fences],
        )

    def test_success(self):
        self.assertEqual(
            NodeFence(
                node='cmp2',
                action='off',
                succeeded=True,
                at=at('15:05:51'),
                by='ctl1',
                client='pacemaker-controld.55@ctl1',
            ),
            look('fenced_off').fences[-1],
        )

    def test_what_is_under_way_comes_last(self):
        self.assertEqual(
            NodeFence(
                node='cmp2',
                action='off',
                succeeded=None,
                at=None,
                by='ctl1',
                client='pacemaker-controld.55@ctl1',
            ),
            look('fencing_pending').fences[-1],
        )

    def test_failures_are_all_there(self):
        fences = look('fencing_given_up').fences
        self.assertEqual(10, len(fences))
        self.assertEqual(
            NodeFence(
                node='cmp2',
                action='reboot',
                succeeded=False,
                at=at('15:07:47'),
                by='ctl1',
                client='pacemaker-controld.55@ctl1',
            ),
            fences[-1],
        )

    def test_nobody_could_do_it(self):
        """Where no device was found, no node is named that had it done."""
        fence = look('never_connected').fences[-1]
        self.assertEqual(
            ('cmp9', 'ctl1', False), (fence.node, fence.by, fence.succeeded)
        )

    def test_confirmed_by_a_person(self):
        self.assertEqual(
            NodeFence(
                node='cmp2',
                action='off',
                succeeded=True,
                at=at('15:07:51'),
                by='a human',
                client='stonith_admin.4347@ctl1',
            ),
            look('confirmed').fences[-1],
        )

    def test_by_hand(self):
        self.assertEqual(
            [
                ('reboot', 'stonith_admin.4471@ctl1'),
                ('reboot', 'pacemaker-controld.55@ctl1'),
                ('on', 'stonith_admin.4660@ctl1'),
            ],
            [
                (fence.action, fence.client)
                for fence in look('unfenced_by_hand').fences
            ],
        )


class TimesTest(unittest.TestCase):
    def completed(self, text):
        xml = answer('confirmed.mon.xml').replace('2026-11-25 15:07:51Z', text)
        return gateway_monitor.read(xml, 'nova-compute').fences[-1].at

    def test_any_zone_and_precision(self):
        for text in (
            '2026-11-25 15:07:51Z',
            '2026-11-25 16:07:51 +01:00',
            '2026-11-25 16:07:51+01:00',
            '2026-11-25T15:07:51Z',
        ):
            with self.subTest(text):
                found = self.completed(text)
                self.assertEqual(at('15:07:51'), found)
                self.assertEqual(datetime.UTC, found.tzinfo)
        self.assertEqual(
            at('15:07:51.250000'), self.completed('2026-11-25 15:07:51.25Z')
        )

    def test_no_time_is_made_up(self):
        for text in ('', 'yesterday', '2026-11-25 15:07:51', '1795619271'):
            with (
                self.subTest(text),
                self.assertRaisesRegex(errors.ClusterError, 'completed='),
            ):
                self.completed(text)


class NotUnderstoodTest(unittest.TestCase):
    def assert_refused(self, text, complaint):
        with self.assertRaisesRegex(errors.ClusterError, complaint):
            gateway_monitor.read(text, 'nova-compute')

    def test_not_xml(self):
        self.assert_refused('Connection lost', "crm_mon.*'Connection lost'")
        self.assert_refused('', 'no element found')

    def test_another_document(self):
        self.assert_refused('<cib/>', '<cib> is not expected')
        with self.assertRaisesRegex(errors.ClusterError, 'cibadmin.*<cib>'):
            gateway_cib.read('<cib/>', 'gate', 'nova-compute')

    def test_a_section_is_missing(self):
        for section in ('nodes', 'status'):
            other = {'nodes': 'status', 'status': 'nodes'}[section]
            with (
                self.subTest(section),
                self.assertRaisesRegex(errors.ClusterError, f'<{section}>'),
            ):
                gateway_cib.read(
                    f'<xpath-query><{other}/></xpath-query>', 'g', 'n'
                )

    def test_pacemaker_is_only_being_started(self):
        with self.assertRaises(errors.ClusterUnavailable):
            gateway_monitor.read('<pacemaker-result/>', 'nova-compute')

    def test_what_is_missing_or_new_is_named(self):
        text = answer('confirmed.mon.xml')
        for old, new, complaint in (
            (' with_quorum="true"', '', '<current_dc> has no with_quorum'),
            (' unclean="false"', '', '<node> has no unclean'),
            (' online="true"', ' online="maybe"', "online='maybe'"),
            (' type="remote"', '', '<node> has no type'),
            (' status="failed"', ' status="odd"', "status='odd'"),
            (' target="cmp2"', '', '<fence_event> has no target'),
            (' completed="2026', ' ended="2026', 'has no completed'),
        ):
            with self.subTest(complaint):
                self.assert_refused(text.replace(old, new), complaint)

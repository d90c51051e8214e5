# SPDX-License-Identifier: Apache-2.0
"""All hosts side by side, and those that the hosts file lacks."""

import dataclasses
import unittest

from nova_ha.recovery import host_report
from nova_ha.recovery.host_report import Sources
from nova_ha.recovery.model import ClusterNode
from nova_ha.recovery.model import ClusterView
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import NodeFence
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.states import Gate
from nova_ha.recovery.states import RecoveryState
from tests.unit.recovery import data

HOSTS = [
    Host('h1', 'n1', (PowerDevice('ipmi'), PowerDevice('redfish'))),
    Host('h2', 'h2', (PowerDevice('ipmi'),), reserved=True),
]
FENCE = NodeFence('n1', 'off', False, data.NOW, 'ctl1', 'pacemaker-controld')


def node(name, remote=True, **changes):
    made = ClusterNode(name, remote, True, False, Gate.OPEN, True)
    return dataclasses.replace(made, **changes)


def sources(**changes):
    services = [
        data.service(host=h, up=True, disabled=False, forced_down=False)
        for h in ('h1', 'h2')
    ]
    nodes = [node('n1'), node('h2'), node('ctl1', False, compute_active=False)]
    values = {
        'hosts': HOSTS,
        'services': {s.host: s for s in services},
        'view': ClusterView(True, {n.name: n for n in nodes}, [FENCE]),
        'recoveries': {},
    }
    return Sources(**{**values, **changes})


class HostReportTest(unittest.TestCase):
    def names(self, found):
        return [report.name for report in host_report.every(found)]

    def test_as_everybody_has_it(self):
        zoned = data.service(
            host='h1', up=False, disabled_reason='x', zone='az1'
        )
        found = host_report.every(
            sources(
                services={'h1': zoned},
                recoveries={'h1': data.recovery(state=RecoveryState.HELD)},
            )
        )[0]
        self.assertEqual(('h1', 'n1'), (found.name, found.node))
        self.assertEqual(('ipmi', 'redfish'), found.drivers)
        self.assertEqual(
            host_report.NovaPart('down', 'disabled', True, 'x', 'az1'),
            found.nova,
        )
        self.assertEqual(
            host_report.ClusterPart('online', 'open', FENCE), found.cluster
        )
        self.assertEqual(
            host_report.RecoveryPart('r1', RecoveryState.HELD), found.recovery
        )
        self.assertFalse(found.protected)
        self.assertIsNone(found.power)

    def test_those_the_file_lacks_come_last(self):
        more = sources()
        stranger = data.service(host='h0', up=True, disabled=False)
        more = dataclasses.replace(
            more,
            services={**more.services, 'h0': stranger},
            view=dataclasses.replace(
                more.view,
                nodes={**more.view.nodes, 'h0': node('h0'), 'r9': node('r9')},
            ),
        )
        self.assertEqual(['h1', 'h2', 'h0', 'r9'], self.names(more))
        in_both, in_cluster = host_report.every(more)[2:]
        self.assertEqual('h0', in_both.node)
        self.assertIsNotNone(in_both.nova)
        self.assertIsNone(in_cluster.nova)
        for report in (in_both, in_cluster):
            self.assertEqual(((), False), (report.drivers, report.protected))
            self.assertIn('hosts file does not name it', report.why[0])

    def test_controllers_are_no_hosts(self):
        self.assertEqual(['h1', 'h2'], self.names(sources()))
        view = ClusterView(True, {'ctl1': node('ctl1', False)}, [])
        # One that runs nova-compute is.
        self.assertEqual(['h1', 'h2', 'ctl1'], self.names(sources(view=view)))
        # Where Pacemaker does not look for it, it may run for all that.
        view.nodes['ctl1'] = node('ctl1', False, compute_known=False)
        self.assertEqual(['h1', 'h2'], self.names(sources(view=view)))

    def test_who_is_away_is_null_and_named(self):
        found = host_report.every(
            sources(
                services=None,
                nova_away='nova is down',
                view=None,
                cluster_away='no quorum',
                recoveries=None,
                store_away='the store is locked',
            )
        )[0]
        self.assertEqual(
            (None, None, None), (found.nova, found.cluster, found.recovery)
        )
        why = ' '.join(found.why)
        for words in ('nova is down', 'no quorum', 'the store is locked'):
            self.assertIn(words, why)

    def test_states_of_a_node(self):
        for changes, expected in (
            ({}, ('online', 'open')),
            ({'online': False}, ('offline', 'open')),
            ({'unclean': True}, ('unclean', 'open')),
            ({'gate': Gate.SHUT}, ('online', 'shut')),
            ({'gate': Gate.AJAR}, ('online', 'ajar')),
        ):
            view = ClusterView(True, {'n1': node('n1', **changes)}, [])
            part = host_report.every(sources(view=view))[0].cluster
            self.assertEqual(expected, (part.state, part.gate))

    def test_one_by_either_name(self):
        for name in ('h1', 'n1'):
            self.assertEqual('h1', host_report.one(sources(), name).name)
        self.assertIsNone(host_report.one(sources(), 'ctl1'))

    def test_novas_name_goes_before_pacemakers(self):
        crossed = [
            Host('a', 'b', (PowerDevice('ipmi'),)),
            Host('b', 'a', (PowerDevice('ipmi'),)),
        ]
        found = host_report.one(sources(hosts=crossed), 'b')
        self.assertEqual('b', found.name)

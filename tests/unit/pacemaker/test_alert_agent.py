# SPDX-License-Identifier: Apache-2.0
"""What the alert agent makes of Pacemaker's environment."""

import json
import unittest

import hypothesis
from hypothesis import strategies as st

from nova_ha.pacemaker import alert_agent

#: Environments of a real Pacemaker 2.1.5, without their times.
COMMON = {
    'CRM_alert_version': '2.1.5',
    'CRM_alert_recipient': '/run/nova-ha/fencer.sock',
    'CRM_alert_node_sequence': '46',
    'CRM_notify_kind': 'fencing',
    'HOME': '/root',
    'PCMK_service': 'pacemaker-controld',
}
FENCING = {
    **COMMON,
    'CRM_alert_kind': 'fencing',
    'CRM_alert_task': 'st_notify_fence',
    'CRM_alert_node': 'cmp1',
    'CRM_alert_rc': '0',
    'CRM_alert_desc': (
        'Operation reboot of cmp1 by ctl1 for pacemaker-controld.55@ctl1: OK '
        '(ref=3eb0bfd5-44b5-4d4a-bf8e-1fe4a2ee49ef)'
    ),
}
NODE = {
    **COMMON,
    'CRM_alert_kind': 'node',
    'CRM_alert_desc': 'lost',
    'CRM_alert_node': 'cmp1',
    'CRM_alert_nodeid': '0',
}
RESOURCE = {
    **COMMON,
    'CRM_alert_kind': 'resource',
    'CRM_alert_rsc': 'cmp1',
    'CRM_alert_task': 'monitor',
    'CRM_alert_node': 'ctl1',
    'CRM_alert_interval': '5000',
    'CRM_alert_rc': '1',
    'CRM_alert_target_rc': '0',
    'CRM_alert_status': '2',
    'CRM_alert_desc': 'Timed Out',
}
ATTRIBUTE = {
    **COMMON,
    'CRM_alert_kind': 'attribute',
    'CRM_alert_node': 'cmp2',
    'CRM_alert_attribute_name': 'nova-ha-gate',
    'CRM_alert_attribute_value': 'shut',
}


class HintTest(unittest.TestCase):
    def test_fencing(self):
        self.assertEqual(
            {
                'kind': 'fencing',
                'task': 'st_notify_fence',
                'node': 'cmp1',
                'rc': 0,
                'desc': FENCING['CRM_alert_desc'],
            },
            alert_agent.hint(FENCING),
        )

    def test_node(self):
        self.assertEqual(
            {'kind': 'node', 'node': 'cmp1', 'desc': 'lost'},
            alert_agent.hint(NODE),
        )

    def test_resource(self):
        self.assertEqual(
            {
                'kind': 'resource',
                'rsc': 'cmp1',
                'task': 'monitor',
                'node': 'ctl1',
                'rc': 1,
                'desc': 'Timed Out',
            },
            alert_agent.hint(RESOURCE),
        )

    def test_what_is_no_hint(self):
        for environment in (
            ATTRIBUTE,
            {**NODE, 'CRM_alert_kind': 'novelty'},
            {**NODE, 'CRM_alert_kind': ''},
            {'CRM_notify_kind': 'node', 'CRM_notify_node': 'cmp1'},
            {},
        ):
            self.assertIsNone(alert_agent.hint(environment))

    def test_another_release_may_say_less_or_other_things(self):
        self.assertEqual(
            {'kind': 'fencing'},
            alert_agent.hint({'CRM_alert_kind': 'fencing'}),
        )
        for rc in ('', 'ok', '1.5', '0x1'):
            found = alert_agent.hint({**FENCING, 'CRM_alert_rc': rc})
            self.assertNotIn('rc', found)

    @hypothesis.given(
        st.dictionaries(
            st.sampled_from([f'CRM_alert_{k}' for k in alert_agent.TEXTS]),
            st.text(max_size=600),
        ),
        st.text(max_size=10),
    )
    def test_any_text_becomes_a_short_line_of_json(self, texts, rc):
        found = alert_agent.hint(
            {**texts, 'CRM_alert_kind': 'node', 'CRM_alert_rc': rc}
        )
        self.assertEqual(found, json.loads(json.dumps(found)))
        for key in alert_agent.TEXTS:
            self.assertLessEqual(len(found.get(key, '')), 255)
            self.assertNotIn('\n', found.get(key, ''))
            found.get(key, '').encode()

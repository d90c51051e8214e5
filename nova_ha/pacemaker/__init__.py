# SPDX-License-Identifier: Apache-2.0
"""What runs on a cluster node, called by Pacemaker or a person.

Standard library only, and of that only what is quick to import: the fence
agent starts within 50 ms, because Pacemaker starts it anew for every action,
and so do the alert agent and the OCF agent's monitor.
So no ``typing``, ``dataclasses``, ``argparse``, ``http.client`` or
``urllib`` here (a test looks at what the agent has loaded).
"""

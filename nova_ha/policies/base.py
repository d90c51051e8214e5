# SPDX-License-Identifier: Apache-2.0
"""The three roles, and why they look as they do.

What the API shows is the whole cloud: which hosts there are, what failed,
whose instances stood where. A role in some project says nothing about the
cloud, so a reader or manager of a project is nobody here. Reading takes the
role ``reader`` on the system, acting on a recovery ``manager`` on the system.
``admin`` may do all of it, on the system or in any project, as in nova: who
has it can force hosts down and evacuate them there anyway.

A site without system-wide roles names a project of its operators instead, by
overriding one of the three rules, for instance::

    "compute_ha:reader": "rule:compute_ha:manager or (role:reader and
        project_id:2ad3c4...)"
"""

from collections.abc import Sequence

from oslo_policy import policy

ADMIN = 'compute_ha:admin'
MANAGER = 'compute_ha:manager'
READER = 'compute_ha:reader'

SCOPES = ('system', 'project')
"""Tokens that the API takes. ``project`` is for admins, and for sites that
override the roles; a domain is no part of what is shown here."""

RULES: Sequence[policy.RuleDefault] = (
    policy.RuleDefault(
        ADMIN,
        'role:admin',
        'Decides about machines and data: powers hosts on, takes a '
        'person\'s word that a host is off, sets the mode.',
    ),
    policy.RuleDefault(
        MANAGER,
        f'rule:{ADMIN} or (role:manager and system_scope:all)',
        'Brings recoveries on: tries again, releases what a guard holds, '
        'lets hosts return.',
    ),
    policy.RuleDefault(
        READER,
        f'rule:{MANAGER} or (role:reader and system_scope:all)',
        'Sees everything, of the whole cloud, and changes nothing.',
    ),
)


def rule(
    name: str, role: str, description: str, method: str, path: str
) -> policy.DocumentedRuleDefault:
    """Return the rule of one operation.

    :param role: one of the three.
    """
    return policy.DocumentedRuleDefault(
        name=name,
        check_str=f'rule:{role}',
        description=description,
        operations=[{'method': method, 'path': path}],
        scope_types=list(SCOPES),
    )

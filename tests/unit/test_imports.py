# SPDX-License-Identifier: Apache-2.0
"""Who may import whom: the layers of nova_ha, held by a test.

``RULES`` says for each part of nova_ha which other parts it may import, and
whether it may import libraries at all. ``OWNERS`` says which library is a
matter of one part alone.
"""

import ast
from collections.abc import Iterator
import dataclasses
import pathlib
import sys
import textwrap
import unittest

import nova_ha

ROOT = pathlib.Path(nova_ha.__file__).parent
ANY = frozenset({'*'})


@dataclasses.dataclass(frozen=True)
class Rule:
    """What the modules of one part may import beside their own part."""

    #: Parts of nova_ha.
    parts: frozenset[str]
    #: Libraries outside the standard one.
    libraries: frozenset[str]


def may(*parts, libraries=frozenset()):
    return Rule(frozenset(parts), frozenset(libraries))


#: Somebody must be able to put the parts together.
ASSEMBLES = may('*', libraries=ANY)
#: A gateway to one piece of the world: it knows the heart's words and ports,
#: and never another gateway. It may tell the world our version.
GATEWAY = may('recovery', 'conf', 'exception', 'version', libraries=ANY)
#: One to a service of OpenStack shares the way in with the others.
OPENSTACK_GATEWAY = may(
    'recovery', 'conf', 'exception', 'keystone', 'version', libraries=ANY
)
#: What an operator has written, in a file of its own.
FILE = may('recovery', 'conf', 'exception', 'yaml_file', libraries=ANY)
#: Runs on cluster nodes in 50 ms, or must be provable without a machine.
STANDARD_LIBRARY = may()

RULES = {
    'cmd': ASSEMBLES,
    'wsgi': ASSEMBLES,
    'recovery': STANDARD_LIBRARY,
    'pacemaker': STANDARD_LIBRARY,
    'clock': STANDARD_LIBRARY,
    'looks': STANDARD_LIBRARY,
    'probe': STANDARD_LIBRARY,
    'hacking': STANDARD_LIBRARY,
    'version': STANDARD_LIBRARY,
    'exception': STANDARD_LIBRARY,
    # All that the engine does to the world goes through a port.
    'engine': may('recovery', libraries={'oslo_log'}),
    'cluster': GATEWAY,
    'compute': OPENSTACK_GATEWAY,
    'db': GATEWAY,
    'hosts': FILE,
    'image': OPENSTACK_GATEWAY,
    # Looks for people, through the ports; the engine knows nothing of it.
    'inspection': may('recovery', 'looks'),
    'keystone': may('conf', 'version', libraries=ANY),
    'notification': GATEWAY,
    'placement': GATEWAY,
    'power': GATEWAY,
    'rules': FILE,
    'yaml_file': may('recovery', libraries=ANY),
    'api': may('recovery', 'policies', 'looks', libraries=ANY),
    'conf': may(libraries={'keystoneauth1', 'oslo_config', 'oslo_db'}),
    'policies': may(libraries={'oslo_config', 'oslo_policy'}),
    'osc': may(libraries={'osc_lib', 'keystoneauth1'}),
}

#: Who imports a library, where not everybody may; nobody: an empty set.
OWNERS = {
    'alembic': {'db'},
    'cheroot': {'api'},
    'eventlet': set(),
    'falcon': {'api'},
    'greenlet': set(),
    'keystonemiddleware': {'api'},
    'novaclient': {'compute'},
    # People's commands; the service must start without them.
    'osc_lib': {'osc'},
    # conf registers the options that oslo.db brings.
    'oslo_db': {'conf', 'db'},
    'oslo_policy': {'policies'},
    'oslo_service': {'cmd'},
    'pyghmi': {'power'},
    # Beneath keystoneauth; the gateways tune their connections.
    'requests': {'keystone'},
    'sqlalchemy': {'db'},
    'sushy': {'power'},
}


def imports(tree: ast.Module, module: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            # 'from . import x' in a.b.c means a.b.x.
            base = module.split('.')[: -node.level] if node.level else []
            for alias in node.names:
                yield (
                    node.lineno,
                    '.'.join([*base, node.module or '', alias.name]).replace(
                        '..', '.'
                    ),
                )
        elif isinstance(node, ast.Call) and _imports_by_name(node):
            yield node.lineno, node.args[0].value


def _imports_by_name(node: ast.Call) -> bool:
    """Tell import_module('x') and __import__('x')."""
    name = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
    return (
        name in ('import_module', '__import__')
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
    )


def breach(part: str, target: str) -> str:
    """Return the rule that an import breaks, or ''."""
    names = target.split('.')
    if names[0] == 'nova_ha':
        return _breach_within(part, names[1] if len(names) > 1 else part)
    if names[0] in sys.stdlib_module_names:
        return ''
    return _breach_of_libraries(part, names[0])


def _breach_within(part: str, other: str) -> str:
    allowed = RULES[part].parts
    if other == part or other in allowed or allowed == ANY:
        return ''
    return f'{part} may import {_listed(allowed)} of nova_ha, not {other}'


def _breach_of_libraries(part: str, library: str) -> str:
    owners = OWNERS.get(library)
    if owners is not None and part not in owners:
        return f'{library} is imported by {_listed(owners)} only'
    allowed = RULES[part].libraries
    if library in allowed or allowed == ANY:
        return ''
    return (
        f'{part} may import the standard library and {_listed(allowed)}, '
        f'not {library}'
    )


def _listed(names) -> str:
    return ', '.join(sorted(names)) or 'nothing'


def breaches(source: str, path: pathlib.PurePath) -> list[str]:
    """Return 'file:line: rule' for each breach in one module.

    :param path: below nova_ha, for example ``engine/conductor.py``.
    """
    part = path.with_suffix('').parts[0]
    if part == '__init__':
        part = ''
    elif part not in RULES:
        return [f'nova_ha/{path}:1: {part} has no rule in {__name__}']
    module = '.'.join(('nova_ha', *path.with_suffix('').parts))
    return [
        f'nova_ha/{path}:{line}: {rule} ({target})'
        for line, target in imports(ast.parse(source), module)
        if (rule := breach(part, target) if part else 'imports nothing')
    ]


class ImportRulesTest(unittest.TestCase):
    def test_every_module_keeps_to_the_rules(self):
        found, modules = [], 0
        for file in sorted(ROOT.rglob('*.py')):
            modules += 1
            found += breaches(
                file.read_text(encoding='utf-8'), file.relative_to(ROOT)
            )
        self.assertGreater(modules, 1, f'no modules found below {ROOT}')
        self.assertEqual([], found, '\n' + '\n'.join(found))


class RulesCanFailTest(unittest.TestCase):
    """Each rule is shown a module that breaks it, and one that does not."""

    def assert_breach(self, expected, path, source):
        found = breaches(textwrap.dedent(source), pathlib.PurePath(path))
        self.assertEqual(expected, [line.split(' (')[0] for line in found])

    def test_the_heart_imports_no_library(self):
        self.assert_breach(
            [
                (
                    'nova_ha/recovery/model.py:3: recovery may import the '
                    'standard library and nothing, not oslo_log'
                )
            ],
            'recovery/model.py',
            """
            import enum
            from oslo_log import log
            from nova_ha.recovery import states
            """,
        )

    def test_the_engine_sees_ports_only(self):
        rule = 'engine may import recovery of nova_ha, not '
        self.assert_breach(
            [
                f'nova_ha/engine/steps/fencing.py:2: {rule}power',
                f'nova_ha/engine/steps/fencing.py:3: {rule}conf',
            ],
            'engine/steps/fencing.py',
            """
            from nova_ha.power import ipmi
            from nova_ha import conf
            from nova_ha.recovery import ports
            from nova_ha.engine import conductor
            """,
        )

    def test_a_gateway_never_sees_another(self):
        for path in ('power/ipmi.py', 'db/store.py', 'image/glance.py'):
            part = path.partition('/')[0]
            rule = (
                f'{part} may import {_listed(RULES[part].parts)} of nova_ha, '
                'not '
            )
            with self.subTest(part):
                self.assert_breach(
                    [
                        f'nova_ha/{path}:2: {rule}compute',
                        f'nova_ha/{path}:3: {rule}engine',
                    ],
                    path,
                    """
                    import nova_ha.compute.gateway
                    from nova_ha.engine import conductor
                    from nova_ha import exception
                    """,
                )

    def test_the_agents_import_no_library(self):
        self.assert_breach(
            [
                (
                    'nova_ha/pacemaker/fence_agent.py:1: pacemaker may import '
                    'nothing of nova_ha, not recovery'
                )
            ],
            'pacemaker/fence_agent.py',
            'from nova_ha.recovery import states',
        )

    def test_a_library_belongs_to_its_owner(self):
        self.assert_breach(
            ['nova_ha/cmd/x.py:1: novaclient is imported by compute only'],
            'cmd/x.py',
            'from novaclient import client',
        )
        self.assert_breach([], 'compute/x.py', 'import novaclient.client')

    def test_nobody_imports_eventlet(self):
        self.assert_breach(
            ['nova_ha/wsgi/x.py:1: eventlet is imported by nothing only'],
            'wsgi/x.py',
            'import eventlet',
        )

    def test_hidden_imports_are_seen(self):
        rule = 'engine may import recovery of nova_ha, not db'
        self.assert_breach(
            [
                f'nova_ha/engine/x.py:3: {rule}',
                f'nova_ha/engine/x.py:4: {rule}',
                f'nova_ha/engine/x.py:6: {rule}',
            ],
            'engine/x.py',
            """
            import importlib
            from .. import db
            importlib.import_module('nova_ha.db')
            def late():
                from ..db import store
            """,
        )

    def test_the_package_itself_imports_nothing(self):
        self.assert_breach(
            ['nova_ha/__init__.py:1: imports nothing'],
            '__init__.py',
            'import os',
        )

    def test_a_new_part_needs_a_rule(self):
        self.assert_breach(
            ['nova_ha/novel/x.py:1: novel has no rule in ' + __name__],
            'novel/x.py',
            '',
        )

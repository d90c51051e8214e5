# SPDX-License-Identifier: Apache-2.0
"""``.. documented-commands::`` lists every command, and how it is tested.

What is tested how is written in doc/commands.yaml; a unit test holds it.
"""

from collections.abc import Mapping
from typing import Any

import command_lines
from docutils import nodes
from docutils.parsers.rst import Directive
from lifecycle_pages import table
from sphinx.application import Sphinx
import yaml

PARSED = {
    'nova-ha-manage': "parsed by nova-ha-manage's own parser",
    'openstack': "parsed by the command's own parser",
    'tox': 'the environment is in tox.ini',
}


class DocumentedCommands(Directive):
    """A table a rule: the commands, the pages, how they are tested."""

    def run(self) -> list[nodes.Node]:
        """Return the tables, each below what is said of all in it."""
        path = command_lines.ROOT / 'doc' / 'commands.yaml'
        rules = yaml.safe_load(path.read_text('utf-8'))
        found: dict[int, dict[str, set[str]]] = {}
        for command in command_lines.commands():
            number = rules.index(command_lines.rule_of(rules, command.text))
            pages = found.setdefault(number, {})
            pages.setdefault(command.text, set()).add(_short(command.page))
        shown: list[nodes.Node] = []
        for number in sorted(found):
            shown.append(_about(rules[number]))
            rows = [
                (text, ', '.join(sorted(pages)))
                for text, pages in sorted(found[number].items())
            ]
            shown.append(table(('Command', 'Pages'), rows, (65, 35)))
        return shown


def _short(page: str) -> str:
    return page.removeprefix('doc/source/').removesuffix('.rst')


def _about(rule: Mapping[str, Any]) -> nodes.paragraph:
    parts = [rule['how']]
    if 'parsed' in rule:
        parts.insert(0, PARSED[rule['parsed']])
    text = '; '.join(dict.fromkeys(parts))
    about = nodes.paragraph('', text[:1].upper() + text[1:])
    tests = (*rule.get('typed', ()), *rule.get('tests', ()))
    if tests:
        about += nodes.Text(': ' + ', '.join(tests))
    return about


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive('documented-commands', DocumentedCommands)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}

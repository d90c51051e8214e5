# SPDX-License-Identifier: Apache-2.0
"""Finds every command in the documentation; standard library only.

A command is a line with a prompt, ``$`` or ``#``, in a block of the language
console; in another literal block, a line with the prompt ``$``, or one that
begins with a program that :data:`PROGRAMS` names. A line that ends with a
backslash goes on in the next one.
"""

import ast
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import functools
import pathlib
import re
from typing import Any

ROOT = pathlib.Path(__file__).parents[2]
SOURCE = ROOT / 'doc' / 'source'
BESIDE = ('README.rst', 'CONTRIBUTING.rst')

PROGRAMS = frozenset(
    {
        'CIB_file=watchdog.cib',
        'cibadmin',
        'crm',
        'crm_attribute',
        'crm_resource',
        'export',
        'fence_nova_ha',
        'install',
        'ln',
        'mkdir',
        'nova-ha-fencer',
        'nova-ha-manage',
        'nova-ha-status',
        'nova-manage',
        'openstack',
        'oslo-config-generator',
        'oslopolicy-list-redundant',
        'oslopolicy-policy-generator',
        'oslopolicy-sample-generator',
        'pcs',
        'pip',
        'printf',
        'python3',
        'stonith_admin',
        'systemctl',
        'systemd-sysusers',
        'systemd-tmpfiles',
        'tox',
        'tools/setup',
        'usermod',
        'uwsgi',
        '/opt/nova-ha/bin/oslo-config-generator',
        '/opt/nova-ha/bin/oslopolicy-sample-generator',
        '/opt/nova-ha/bin/pip',
    }
)

BLOCK = re.compile(r'^( *)\.\. (?:code-block|sourcecode):: *(\S+)')
REMARK = re.compile(r'\s{2,}#\s.*$| {4,}\w[\w ,;]*$')


@dataclasses.dataclass(frozen=True, order=True)
class Command:
    """A command as it is written, in one line.

    :ivar text: without prompt and remark.
    :ivar page: where it stands, below the top of the repository.
    """

    text: str
    page: str


def commands() -> Iterator[Command]:
    """Yield every command of every page."""
    pages = [*sorted(SOURCE.rglob('*.rst')), *(ROOT / n for n in BESIDE)]
    for page in pages:
        name = str(page.relative_to(ROOT))
        for language, lines in _blocks(page.read_text('utf-8').splitlines()):
            for text in _of_block(language, lines):
                yield Command(text, name)


def rule_of(
    rules: Sequence[Mapping[str, Any]], text: str
) -> Mapping[str, Any] | None:
    """Return the first of the rules that holds for a command, if one does.

    :param rules: what doc/commands.yaml has.
    """
    return next((rule for rule in rules if _holds(rule, text)), None)


def _holds(rule: Mapping[str, Any], text: str) -> bool:
    if not re.fullmatch(rule.get('match', '.*'), text):
        return False
    files = rule.get('typed')
    return not files or any(text in strings(name) for name in files)


@functools.cache
def strings(name: str) -> frozenset[str]:
    """Return all strings that stand in a Python file.

    :param name: of the file, below the top of the repository.
    """
    tree = ast.parse((ROOT / name).read_text('utf-8'))
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each literal block: its language ('' for ``::``), its lines."""
    at = 0
    while at < len(lines):
        line = lines[at]
        found = BLOCK.match(line)
        directive = line.lstrip().startswith('.. ')
        at += 1
        if found is None and (directive or not line.rstrip().endswith('::')):
            continue
        indent = len(line) - len(line.lstrip())
        body = []
        while at < len(lines) and (
            not lines[at].strip() or _indent(lines[at]) > indent
        ):
            body.append(lines[at].strip())
            at += 1
        yield (found[2] if found else ''), body


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _of_block(language: str, lines: list[str]) -> Iterator[str]:
    going_on = ''
    for line in lines:
        if going_on:
            text = going_on + line
        else:
            text = _without_prompt(language, line)
            if not text:
                continue
        if text.endswith('\\'):
            going_on = text[:-1].rstrip() + ' '
            continue
        going_on = ''
        yield REMARK.sub('', text).strip()


def _without_prompt(language: str, line: str) -> str:
    """Return the command that the line begins; '' if it is none."""
    if line.startswith('$ ') and language in ('', 'console'):
        return line[2:]
    if language == 'console':
        return line[2:] if line.startswith('# ') else ''
    first = line.split(' ', 1)[0]
    return line if not language and first in PROGRAMS else ''

# SPDX-License-Identifier: Apache-2.0
"""``.. manage-commands::`` lists every command of nova-ha-manage.

They are read from the parser itself, so what is shown is what it takes.
"""

import argparse
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from nova_ha.cmd import manage

PROGRAM = 'nova-ha-manage'


def commands(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, argparse.ArgumentParser]]:
    """Yield each command: its words, what its help says, its parser."""
    for action in parser._actions:  # noqa: SLF001  it has no public name
        if not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            continue
        about = {
            choice.dest: choice.help or ''
            for choice in action._choices_actions  # noqa: SLF001
        }
        for name, sub in action.choices.items():
            below = list(commands(sub, (*words, name)))
            if below:
                yield from below
            else:
                yield (*words, name), about.get(name, ''), sub


def parser() -> argparse.ArgumentParser:
    """Return nova-ha-manage's own parser."""
    return manage._parser()  # noqa: SLF001  made for one process only


class ManageCommands(Directive):
    """A section a command: what it does, how it is used, its arguments."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return [
            _section(' '.join(words), about, sub)
            for words, about, sub in commands(parser())
        ]


class ManageOptions(Directive):
    """The options that stand before every command."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        return [_options(parser())]


def _section(
    name: str, about: str, sub: argparse.ArgumentParser
) -> nodes.section:
    title = f'{PROGRAM} {name}'
    section = nodes.section(ids=[nodes.make_id(title)], names=[title])
    section += nodes.title(title, title)
    about = sub.description or about
    section += nodes.paragraph('', _sentence(about))
    formatter = argparse.HelpFormatter(prog=f'{PROGRAM} {name}', width=76)
    formatter.add_usage(
        None,
        sub._actions,  # noqa: SLF001
        sub._mutually_exclusive_groups,  # noqa: SLF001
        prefix='',
    )
    usage = formatter.format_help().strip()
    section += nodes.literal_block(usage, usage, language='none')
    options = _options(sub)
    if options.children:
        section += options
    if sub.epilog:
        section += nodes.paragraph('', ' '.join(sub.epilog.split()))
    return section


def _sentence(text: str) -> str:
    text = ' '.join(text.split())
    if not text.endswith('.'):
        text += '.'
    return text[:1].upper() + text[1:]


def _options(sub: argparse.ArgumentParser) -> nodes.definition_list:
    items = [
        _item(action)
        for action in sub._actions  # noqa: SLF001
        if not isinstance(
            action,
            argparse._HelpAction | argparse._SubParsersAction,  # noqa: SLF001
        )
    ]
    return nodes.definition_list('', *items)


def _item(action: argparse.Action) -> nodes.definition_list_item:
    metavar = action.metavar or (
        '{' + ','.join(map(str, action.choices)) + '}'
        if action.choices
        else action.dest.upper()
    )
    value = '' if action.nargs == 0 else f' {metavar}'
    names = ', '.join(f'{o}{value}' for o in action.option_strings)
    term = names or str(metavar)
    text = (action.help or '') % {
        **vars(action),
        'prog': PROGRAM,
    }
    return nodes.definition_list_item(
        '',
        nodes.term('', '', nodes.literal(term, term)),
        nodes.definition('', nodes.paragraph('', _sentence(text))),
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive('manage-commands', ManageCommands)
    app.add_directive('manage-options', ManageOptions)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}

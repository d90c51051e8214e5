# SPDX-License-Identifier: Apache-2.0
"""``.. alarm::`` shows the words of an alarm, ``.. alarms::`` lists them all.

Names in braces are what differs from case to case. The words are those of
the code: a unit test (tests/unit/docs) sees to that, and that none is
missing.
"""

import textwrap
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
import runbook_texts
from sphinx import addnodes
from sphinx.application import Sphinx


class Alarm(Directive):
    """The words of one alarm."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return them as they are read in a log, wrapped."""
        text = '\n'.join(
            textwrap.wrap(' '.join(self.arguments[0].split()), 76)
        )
        return [nodes.literal_block(text, text, language='none')]


class Alarms(Directive):
    """A table: the words of each alarm, and the page about it."""

    def run(self) -> list[nodes.Node]:
        """Return the table, by the beginning of the words."""
        found = sorted(
            (alarm.lstrip('{'), alarm, page)
            for page in runbook_texts.pages()
            for alarm in runbook_texts.alarms(page)
        )
        group = nodes.tgroup(cols=2)
        group += [nodes.colspec(colwidth=width) for width in (70, 30)]
        group += nodes.tbody('', *[self._row(a, p) for _, a, p in found])
        return [nodes.table('', group)]

    def _row(self, alarm: str, page: Any) -> nodes.row:
        link = addnodes.pending_xref(
            '',
            nodes.inline(text=runbook_texts.title(page)),
            refdomain='std',
            reftype='doc',
            refexplicit=True,
            reftarget=f'/admin/runbook/{page.stem}',
            refdoc=self.state.document.settings.env.docname,
            refwarn=True,
        )
        return nodes.row(
            '',
            nodes.entry('', nodes.paragraph('', alarm)),
            nodes.entry('', nodes.paragraph('', '', link)),
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive('alarm', Alarm)
    app.add_directive('alarms', Alarms)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}

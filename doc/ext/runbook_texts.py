# SPDX-License-Identifier: Apache-2.0
"""Reads the alarms out of the runbook's pages; standard library only.

A unit test compares them with those in the code.
"""

from collections.abc import Iterator
import pathlib
import re

PAGES = pathlib.Path(__file__).parents[1] / 'source' / 'admin' / 'runbook'
ALARM = re.compile(r'^\.\. alarm:: (.+(?:\n   .+)*)', re.MULTILINE)
HOLE = re.compile(r'\{\w*\}')


def alarms(page: pathlib.Path) -> Iterator[str]:
    """Yield the alarms that a page is about, each in one line."""
    for found in ALARM.finditer(page.read_text(encoding='utf-8')):
        yield ' '.join(found[1].split())


def template(alarm: str) -> str:
    """Return the alarm with every hole written ``{}``."""
    return HOLE.sub('{}', alarm)


def pages() -> list[pathlib.Path]:
    """Return the pages, without the index."""
    return [p for p in sorted(PAGES.glob('*.rst')) if p.stem != 'index']


def title(page: pathlib.Path) -> str:
    """Return the page's title."""
    return page.read_text(encoding='utf-8').splitlines()[1]

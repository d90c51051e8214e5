# SPDX-License-Identifier: Apache-2.0
"""Prints literal blocks of a page: FILE SECTION [FROM].

They are those after a paragraph that ends in two colons. The first one is 1.
"""

import pathlib
import re
import sys
import textwrap


def section(text: str, title: str) -> str:
    """Return what is below a title, up to the next one."""
    found = re.search(
        rf'^{re.escape(title)}\n=+\n(.*?)(?=^[^\n]+\n=+\n|\Z)',
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    if not found:
        raise SystemExit(f'there is no section {title}')
    return found[1]


def blocks(text: str) -> list[str]:
    """Return the literal blocks, without the indentation of each."""
    found = re.findall(
        r'::\n\n((?:[ ]+\S[^\n]*\n|\n)+)', text, flags=re.MULTILINE
    )
    return [textwrap.dedent(block).strip('\n') for block in found]


def main(file: str, title: str, first: str = '1') -> None:
    text = pathlib.Path(file).read_text(encoding='utf-8')
    for block in blocks(section(text, title))[int(first) - 1 :]:
        print(block)


if __name__ == '__main__':
    main(*sys.argv[1:])

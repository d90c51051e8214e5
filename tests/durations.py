# SPDX-License-Identifier: Apache-2.0
"""How long the tests take, for a clone in which none has run yet.

stestr gives its workers equal shares by how long each test took before. With
nothing to go by it deals the classes out in turn, and one worker is idle for
minutes while the other ends. ``durations.txt`` has what each long class takes.

    python -m tests.durations DIRECTORY  tells stestr, unless it knows better
    python -m tests.durations LOG...     writes the file, of what was printed

Nothing depends on the figures but the order: a class that is not in the file
is dealt out as before, and one that is gone is not looked for.
"""

import collections
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dbm.dumb
import pathlib
import re
import sys

from stestr.repository import file

FILE = pathlib.Path(__file__).with_suffix('.txt')
#: What is shorter changes nothing.
SHORTEST_SECONDS = 1.0
_ENDED = re.compile(r'\{\d+\} (\S+) \[(\d+\.\d+)s\] \.\.\. ok')


def tell(repository: pathlib.Path, durations: Mapping[str, float]) -> None:
    """Give stestr what it has not measured itself.

    :param repository: the directory above ``.stestr``.
    :param durations: seconds of a class, by the name of a test in it.
    """
    if not (repository / '.stestr').exists():
        file.RepositoryFactory().initialise(str(repository))
    # The name and kind of file that stestr's own repository has.
    path = repository / '.stestr' / 'times.dbm'
    with dbm.dumb.open(str(path), 'c') as times:
        if not times.keys():
            for test, seconds in durations.items():
                times[test] = str(seconds)


def read(text: str) -> dict[str, float]:
    """Return what is in the file: seconds, a blank, a test."""
    durations = {}
    for line in text.splitlines():
        if line and not line.startswith('#'):
            seconds, test = line.split()
            durations[test] = float(seconds)
    return durations


def measure(lines: Iterable[str]) -> dict[str, float]:
    """Return how long each class took: under the name of its first test."""
    tests = collections.defaultdict(dict)
    for line in lines:
        ended = _ENDED.match(line)
        if ended:
            name, seconds = ended.groups()
            tests[name.rpartition('.')[0]][name] = float(seconds)
    return {min(found): sum(found.values()) for found in tests.values()}


def write(durations: Mapping[str, float]) -> str:
    """Return the file, the longest first."""
    lines = [
        '# Seconds that a class takes, and a test of it; written by',
        '# python -m tests.durations LOG... of what tox has printed.',
    ]
    longest = sorted(durations.items(), key=lambda item: (-item[1], item[0]))
    lines += [
        f'{seconds:.1f} {test}'
        for test, seconds in longest
        if seconds >= SHORTEST_SECONDS
    ]
    return '\n'.join(lines) + '\n'


def main(paths: Sequence[pathlib.Path]) -> None:
    """Tell stestr, in the directory of its repository; or read logs."""
    if [path.is_dir() for path in paths] == [True]:
        tell(paths[0], read(FILE.read_text(encoding='utf-8')))
        return
    durations = {}
    for path in paths:
        text = path.read_text(encoding='utf-8', errors='replace')
        durations |= measure(text.splitlines())
    FILE.write_text(write(durations), encoding='utf-8')


if __name__ == '__main__':
    main([pathlib.Path(each) for each in sys.argv[1:]])

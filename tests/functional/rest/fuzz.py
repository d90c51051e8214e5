# SPDX-License-Identifier: Apache-2.0
"""schemathesis asks the running API whatever its description allows, and
what it does not::

    python -m tests.functional.rest.fuzz URL TOKEN --examples 200
"""

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
import json
import pathlib
import re
import subprocess
import sys
import tempfile

SEED = 20310504
SECONDS = 3600
"""After which it hangs; 8 examples take less than 60."""

#: Lists whose marker is refused if no row has it, which no schema can tell.
MARKED = (
    '/v1/recoveries',
    '/v1/recoveries/{uuid}/evacuations',
    '/v1/rehearsals',
)


def settings(nova_away: bool, known: Mapping[str, Sequence[str]]) -> str:
    """Return schemathesis.toml."""
    good = ['2xx', '3xx', '4xx', *(['503'] if nova_away else [])]
    # JSON's lists and strings are TOML's too.
    lines = [
        '[checks.not_a_server_error]',
        f'expected-statuses = {json.dumps(good)}',
    ]
    for name, values in known.items():
        lines += [
            f'[dictionaries.{name}]',
            f'values = {json.dumps(list(values))}',
        ]
    lines += ['[parameters]']
    lines += [
        f'"path.{name}" = {{ dictionary = "{name}", probability = 0.5 }}'
        for name in known
    ]
    for path in MARKED:
        lines += [
            '[[operations]]',
            f'include-name = "GET {path}"',
            'checks.positive_data_acceptance.enabled = false',
        ]
    return '\n'.join(lines) + '\n'


def run(
    url: str,
    token: str,
    examples: int,
    seed: int = SEED,
    nova_away: bool = False,
    known: Mapping[str, Sequence[str]] | None = None,
) -> subprocess.CompletedProcess:
    """Return how it went; the exit code is 0 when all is well.

    :param token: of an admin.
    :param examples: test cases at most of each operation and phase.
    :param nova_away: 503 is what some have to answer.
    :param known: by parameter of paths, what there really is.
    """
    with tempfile.TemporaryDirectory(prefix='nha-') as directory:
        file = pathlib.Path(directory) / 'schemathesis.toml'
        file.write_text(settings(nova_away, known or {}), encoding='utf-8')
        return subprocess.run(
            [
                str(pathlib.Path(sys.executable).with_name('schemathesis')),
                *('--config-file', str(file)),
                'run',
                f'{url}/v1/openapi.json',
                *('--header', f'X-Auth-Token:{token}'),
                *('--phases', 'examples,coverage,fuzzing'),
                *('--max-examples', str(examples)),
                *('--seed', str(seed)),
                *('--request-timeout', '60'),
                '--continue-on-failure',
                '--no-color',
            ],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def summary(text: str) -> str:
    """Return what it says it has done."""
    _, _, end = text.rpartition(' SUMMARY ')
    return re.sub(r'^=+\n', '', end).rstrip('= \n')


def main() -> int:
    parser = argparse.ArgumentParser(description='Ask an API at random.')
    parser.add_argument('url', metavar='URL')
    parser.add_argument('token', metavar='TOKEN')
    parser.add_argument('--examples', type=int, default=100)
    parser.add_argument('--seed', type=int, default=SEED)
    parser.add_argument('--nova-away', action='store_true')
    arguments = parser.parse_args()
    done = run(**vars(arguments))
    print(done.stdout, done.stderr)
    return done.returncode


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""schemathesis asks the running API whatever its description allows, and
what it does not::

    python -m tests.functional.rest.fuzz URL TOKEN --examples 200

It asks for what there is as often as for what there is not, so let some hosts
fail first. It powers hosts off and on, and sets the mode: it is for clouds
that nobody else uses.
"""

import argparse
from collections.abc import Iterator
import contextlib
import dataclasses
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import requests

from tests.functional.rest import fuzz_report
from tests.functional.rest import known
from tests.functional.rest.fuzz_report import Report
from tests.functional.rest.known import Known

SEED = 20310504
SECONDS = 7200
"""After which it hangs; 8 examples take less than 60."""

SHARE = 0.75
"""So often a name that there is stands where one may."""

GOOD = ('2xx', '3xx', '4xx')

#: Lists whose marker is refused if no row has it, which no schema can tell.
MARKED = (
    'GET /v1/recoveries',
    'GET /v1/recoveries/{uuid}/evacuations',
    'GET /v1/rehearsals',
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How it went.

    :ivar well: every answer was as described, and none a 5xx.
    """

    well: bool
    said: str
    report: Report

    @property
    def summary(self) -> str:
        """What schemathesis says it has done."""
        _, _, end = self.said.rpartition(' SUMMARY ')
        return re.sub(r'^=+\n', '', end).rstrip('= \n')


def settings(there: Known) -> str:
    """Return schemathesis.toml."""
    # JSON's lists and strings are TOML's too.
    lines = [
        '[checks.not_a_server_error]',
        f'expected-statuses = {json.dumps(GOOD)}',
    ]
    for kind, names in there.items():
        if names:
            lines += [
                f'[dictionaries.{kind}]',
                f'values = {json.dumps(names)}',
            ]
    for name, parameters in known.operations():
        wanted = [
            f'parameters.{json.dumps(parameter)} = '
            f'{{ dictionary = "{kind}", probability = {SHARE} }}'
            for parameter, kind in parameters.items()
            if there.get(kind)
        ]
        if name in MARKED:
            wanted.append('checks.positive_data_acceptance.enabled = false')
        if wanted:
            lines += ['[[operations]]', f'include-name = {json.dumps(name)}']
            lines += wanted
    return '\n'.join(lines) + '\n'


@contextlib.contextmanager
def armed_again(url: str, token: str) -> Iterator[None]:
    """Set the mode back each second, in ``observe`` little is done, and at
    the end.
    """
    over = threading.Event()

    def arm() -> None:
        with contextlib.suppress(requests.RequestException):
            requests.put(
                f'{url}/v1/mode',
                headers={'X-Auth-Token': token},
                json={'mode': 'armed', 'reason': 'asked at random'},
                timeout=60,
            )

    def keep_arming() -> None:
        while not over.wait(1.0):
            arm()

    arming = threading.Thread(target=keep_arming)
    arming.start()
    try:
        yield
    finally:
        over.set()
        arming.join()
        arm()


def run(
    url: str, token: str, examples: int, there: Known, seed: int = SEED
) -> Outcome:
    """Return how it went.

    :param token: of an admin.
    :param examples: test cases at most of each operation and phase.
    :param there: what there really is.
    """
    with (
        tempfile.TemporaryDirectory(prefix='nha-') as place,
        armed_again(url, token),
    ):
        directory = pathlib.Path(place)
        file = directory / 'schemathesis.toml'
        file.write_text(settings(there), encoding='utf-8')
        events = directory / 'events.ndjson'
        done = subprocess.run(
            [
                str(pathlib.Path(sys.executable).with_name('schemathesis')),
                *('--config-file', str(file)),
                'run',
                f'{url}/v1/openapi.json',
                *('--header', f'X-Auth-Token:{token}'),
                *('--phases', 'examples,coverage,fuzzing'),
                *('--max-examples', str(examples)),
                *('--seed', str(seed)),
                *('--request-timeout', '120'),
                *('--report', 'ndjson'),
                *('--report-ndjson-path', str(events)),
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
        return Outcome(
            done.returncode == 0,
            done.stdout + done.stderr,
            fuzz_report.read(events) if events.exists() else Report(),
        )


def main() -> int:
    parser = argparse.ArgumentParser(description='Ask an API at random.')
    parser.add_argument('url', metavar='URL')
    parser.add_argument('token', metavar='TOKEN')
    parser.add_argument('--examples', type=int, default=100)
    parser.add_argument('--seed', type=int, default=SEED)
    parser.add_argument(
        '--report',
        metavar='FILE',
        type=pathlib.Path,
        help='write down what was asked and answered, for the documentation',
    )
    arguments = parser.parse_args()
    there = known.look(arguments.url, arguments.token)
    outcome = run(
        arguments.url,
        arguments.token,
        arguments.examples,
        there,
        arguments.seed,
    )
    print(outcome.said)
    if arguments.report and outcome.report.asked:
        arguments.report.write_text(
            fuzz_report.text(outcome.report, there, arguments.examples),
            encoding='utf-8',
        )
    return 0 if outcome.well else 1


if __name__ == '__main__':
    sys.exit(main())

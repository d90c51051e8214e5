# SPDX-License-Identifier: Apache-2.0
"""Plays scenarios one after another."""

from collections.abc import Sequence
import pathlib
import time
from types import ModuleType

from keystoneauth1 import exceptions

from tests.lab import apilog
from tests.lab import guests
from tests.lab import recovery
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress
from tests.lab.scenarios import figures
from tests.lab.scenarios import report
from tests.lab.scenarios import stage
from tests.lab.scenarios import witnesses
from tests.lab.scenarios.play import Play
from tests.lab.scenarios.play import Skip
from tests.lab.scenarios.report import Result
from tests.lab.scenarios.witnesses import Line


class Runner:
    """Plays on one lab, which is up and has Pacemaker."""

    def __init__(
        self,
        lab: Lab,
        stack: Stack,
        report_file: pathlib.Path,
        progress: Progress,
    ) -> None:
        """Describe a run.

        :param report_file: is written anew after each scenario; the
            transcripts go to a directory beside it.
        """
        self._lab = lab
        self._stack = stack
        self._report_file = report_file
        self._transcripts = report.transcripts(report_file)
        self._progress = progress

    def run(self, scenarios: Sequence[ModuleType]) -> list[Result]:
        """Play all of them; what failed does not keep the next from it.

        :raises LabError: the lab could not be made good again.
        """
        self._transcripts.mkdir(parents=True, exist_ok=True)
        with self._progress.step('making the lab good'):
            stage.make_good(self._lab, self._stack)
        results = []
        for scenario in scenarios:
            result = self._play(scenario)
            results.append(result)
            report.write(self._report_file, results, self._about())
            if result.outcome != 'passed':
                self._progress.say(f'    {result.outcome}: {result.problem}')
            if result.outcome != 'skipped':
                with self._progress.step('    making the lab good'):
                    stage.make_good(self._lab, self._stack)
        return results

    def _about(self) -> dict[str, object]:
        return {
            'computes': len(self._lab.hosts),
            'controllers': self._lab.config.controllers,
            'wiring': self._lab.config.wiring,
        }

    def _play(self, scenario: ModuleType) -> Result:
        play = Play(self._lab, self._stack)
        name = scenario.__name__.rpartition('.')[2]
        outcome, problem = 'passed', ''
        with self._progress.step(f'{scenario.SEED:>2} {name}'):
            try:
                scenario.play(play)
            except Skip as error:
                outcome, problem = 'skipped', str(error)
            except (LabError, exceptions.ClientException) as error:
                outcome, problem = 'failed', str(error)
        ended_at = time.time()
        wrong = play.guest_problems()
        if wrong and outcome == 'passed':
            outcome, problem = 'failed', 'guests ran as they must not'
        lines = [*self._lines(play), *play.lines]
        found = self._figures(play, lines)
        path = self._transcripts / f'{name}.txt'
        start = play.failed_at or play.started_at
        path.write_text(
            f'{scenario.SEED}. {scenario.TITLE}\n\n'
            + witnesses.told(lines, start, ended_at)
            + f'\n{outcome}{": " if problem else ""}{problem}\n'
        )
        return Result(
            name=name,
            seed=scenario.SEED,
            title=scenario.TITLE,
            outcome=outcome,
            problem=problem,
            guests=wrong,
            figures=found,
            seconds=round(ended_at - play.started_at, 1),
            transcript=str(path),
        )

    def _lines(self, play: Play) -> list[Line]:
        since = play.started_at
        journal = guests.read_journal(self._lab.config.journal)
        lines = [
            *witnesses.nova(
                apilog.read(self._lab.nova_api.log, play.nova_from), since
            ),
            *witnesses.hosts(journal, since),
        ]
        for controller, fencer in zip(
            self._stack.controllers,
            self._stack.fencers(play.hosts),
            strict=True,
        ):
            lines += witnesses.pacemaker(controller.log, since)
            lines += witnesses.fencer(fencer.log, controller.name, since)
        return lines

    def _figures(self, play: Play, lines: list[Line]) -> figures.Figures:
        if not play.failed_at:
            return figures.Figures()
        try:
            newest = play.recovery()
            history = (
                recovery.live(play.fencer(), newest['uuid'])['events']
                if newest
                else []
            )
        except LabError:
            history = []
        return figures.of(
            play.host.name,
            play.failed_at,
            lines,
            history,
            guests.read_journal(self._lab.config.journal),
            play.instances,
        )

# SPDX-License-Identifier: Apache-2.0
"""Makes everything ready for the demonstration, and clears it away."""

from collections.abc import Iterator
import contextlib
import pathlib

from tests.lab import guests
from tests.lab import processes
from tests.lab.demo import instances
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.controllers import CONFIG_FILE
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress
from tests.lab.services.fencer import Fencer
from tests.lab.waiting import wait_until

OPERATOR_REASON = 'memory test, until Friday'
"""Why the demonstration's operator has a host disabled."""

KEEP = """\
The lab is left up.
  python -m tests.lab status            what runs, and where
  python -m tests.lab fail compute2     let another host fail
  python -m tests.lab logs {fencer}
  {manage} recovery list --all
  python -m tests.lab down --wipe       take it down
Logs are in {logs}."""


class Stage:
    """The lab and the fencer the demonstration runs on."""

    def __init__(self, lab: Lab, host: str, progress: Progress) -> None:
        self.lab = lab
        self.host = lab.host(host)
        self.progress = progress
        self._found_up = lab.is_up()

    @property
    def fencer(self) -> Fencer:
        """The fencer of the lab."""
        return self.lab.fencer

    @contextlib.contextmanager
    def prepared(self, keep: bool) -> Iterator[None]:
        """Bring all up; afterwards take down what was not up before.

        After a failure the state and the logs stay, of which the end of
        the most telling ones is shown.
        """
        try:
            self._prepare()
            yield
        except BaseException:  # Ctrl-C and SIGTERM clear away, too
            self._show_logs()
            if not keep:
                self._clear(failed=True)
            raise
        if keep:
            self.progress.say(
                KEEP.format(
                    fencer=self.fencer.log.stem,
                    manage=self._manage,
                    logs=self.lab.config.log,
                )
            )
        else:
            self._clear(failed=False)

    def _prepare(self) -> None:
        self.lab.up(self.progress)
        self._remove_what_is_left()
        self._require_free_host()
        self._start_fencer()

    def _start_fencer(self) -> None:
        with self.progress.step('nova-ha-fencer'):
            if self.fencer.running():
                self.fencer.stop()
            self.lab.start_fencer()

    def _stop_fencer(self) -> None:
        with self.progress.step('ending the fencer'):
            self.fencer.stop()

    @property
    def _manage(self) -> str:
        """How an operator calls nova-ha-manage here."""
        return f'nova-ha-manage --config-file {self.fencer.config_file}'

    def _remove_what_is_left(self) -> None:
        left = instances.look(self.lab.cloud)
        if left:
            with self.progress.step('removing what an earlier demo left'):
                self._undo(left)

    def _undo(self, made: dict[str, instances.Seen]) -> None:
        """Remove the instances, and enable what the operator disabled."""
        cloud = self.lab.cloud
        ports = [
            port for uuid in made for port in instances.ports(cloud, uuid)
        ]
        for uuid, seen in made.items():
            if seen.locked_reason is not None:
                cloud.act(uuid, 'unlock')
            cloud.delete(uuid)
        wait_until(
            lambda: not instances.look(cloud),
            60,
            'the instances to be deleted',
        )
        for port in ports:
            cloud.network.delete(f'/v2.0/ports/{port}')
        for host, service in cloud.services().items():
            if service['disabled_reason'] == OPERATOR_REASON:
                cloud.update_service(host, status='enabled')

    def _require_free_host(self) -> None:
        name = self.host.name
        service = self.lab.cloud.services()[name]
        if self.lab.cloud.servers(name):
            why = 'it has instances that are not of the demo'
        elif service['state'] != 'up' or service['status'] != 'enabled':
            why = f'it is {service["status"]} and {service["state"]} in nova'
        elif guests.running(guests.read_journal(self.lab.config.journal)):
            why = 'there are guests left of earlier experiments'
        else:
            return
        raise LabError(
            f'the demo cannot use {name}: {why}; begin afresh: '
            'python -m tests.lab down --wipe'
        )

    def _show_logs(self) -> None:
        logs = self.lab.config.log
        self.progress.say('')
        for log in self._telling_logs():
            if log.exists():
                self.progress.say(f'--- the end of {log}')
                self.progress.say(processes.tail(log, 12))
        self.progress.say(f'--- all logs are in {logs}')

    def _telling_logs(self) -> list[pathlib.Path]:
        return [self.fencer.log, self.lab.nova_api.log, self.host.log]

    def _clear(self, failed: bool) -> None:
        """Take down what was not up before; keep the logs of a failure."""
        if not self._found_up:
            self.lab.down(self.progress, wipe=not failed)
            return
        self._stop_fencer()
        if not failed:
            with self.progress.step('removing the instances'):
                self._undo(instances.look(self.lab.cloud))


class PacemakerStage(Stage):
    """A lab with Pacemaker, which starts and stops the fencer itself.

    :ivar stack: what the lab has of Pacemaker.
    """

    def __init__(
        self, lab: Lab, stack: Stack, host: str, progress: Progress
    ) -> None:
        lab.enter()
        super().__init__(lab, host, progress)
        self.stack = stack

    def _start_fencer(self) -> None:
        with self.progress.step('Pacemaker has all it starts running'):
            self.stack.wait_started(list(self.lab.hosts.values()))

    def _stop_fencer(self) -> None:
        """It is Pacemaker's."""

    @property
    def _manage(self) -> str:
        return (
            f'python -m tests.lab run {self.fencer.name} nova-ha-manage '
            f'--config-file {CONFIG_FILE}'
        )

    def _telling_logs(self) -> list[pathlib.Path]:
        pacemaker = [each.log for each in self.stack.controllers]
        return [*pacemaker, *super()._telling_logs()]

# SPDX-License-Identifier: Apache-2.0
"""Makes everything ready for the demonstration, and clears it away."""

from collections.abc import Iterator
import contextlib

from tests.lab import guests
from tests.lab.demo import instances
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.progress import Progress
from tests.lab.services.fencer import Fencer
from tests.lab.waiting import wait_until

OPERATOR_REASON = 'memory test, until Friday'
"""Why the demonstration's operator has a host disabled."""

KEEP = """\
The lab is left up.
  python -m tests.lab status            what runs, and where
  python -m tests.lab fail compute2     let another host fail
  python -m tests.lab logs nova-ha-fencer
  nova-ha-manage --config-file {config} recovery list --all
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
                    config=self.fencer.config_file, logs=self.lab.config.log
                )
            )
        else:
            self._clear(failed=False)

    def _prepare(self) -> None:
        self.lab.up(self.progress)
        self._remove_what_is_left()
        self._require_free_host()
        with self.progress.step('nova-ha-fencer'):
            if self.fencer.running():
                self.fencer.stop()
            self.lab.start_fencer()

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
        for name in (self.fencer.name, 'nova-api', self.host.name):
            log = logs / f'{name}.log'
            if log.exists():
                self.progress.say(f'--- the end of {log}')
                self.progress.say(self.lab.log_tail(name, 12))
        self.progress.say(f'--- all logs are in {logs}')

    def _clear(self, failed: bool) -> None:
        """Take down what was not up before; keep the logs of a failure."""
        if not self._found_up:
            self.lab.down(self.progress, wipe=not failed)
            return
        with self.progress.step('removing the instances, ending the fencer'):
            self.fencer.stop()
            if not failed:
                self._undo(instances.look(self.lab.cloud))

# SPDX-License-Identifier: Apache-2.0
"""nova-ha-fencer under test: started, killed, and looked at."""

from collections.abc import Mapping
import os
import pathlib
import shutil
import signal
import sqlite3
import time

from oslo_config import cfg

from nova_ha import conf as options
from nova_ha.db.store import SqlStore
from nova_ha.recovery.model import Recovery
from tests.e2e import shared
from tests.lab import processes
from tests.lab import readiness
from tests.lab.lab import Lab
from tests.lab.services.fencer import Fencer
from tests.lab.waiting import wait_until

#: Short, so that nothing is waited for without need. What decides about
#: safety (settle, timeout) is long enough for a busy machine.
OPTIONS = {
    'engine': {
        'scan_interval': 0.5,
        'host_watch_interval': 0.5,
        'power_watch_interval': 0.5,
        'lease': 9,
    },
    'evacuation': {'settle': 8, 'backoff': 0.5},
}

Options = Mapping[str, Mapping[str, object]]

STORE = 'nova-ha.sqlite'
_empty_store: list[bytes] = []


class Daemon:
    """One fencer of the lab, with a store of its own.

    :ivar kills: what each kill -9 hit, in words.
    """

    def __init__(
        self,
        lab: Lab,
        name: str,
        changes: Options,
    ) -> None:
        self.service = Fencer(
            lab.config, lab.hosts.values(), name, _merged(changes)
        )
        self.kills: list[str] = []
        shutil.rmtree(self.service.directory, ignore_errors=True)
        self.service.log.unlink(missing_ok=True)
        self.service.prepare()

    def configure(self, changes: Options) -> None:
        """Write other options; they count at the next start."""
        self.service.options = _merged(changes)
        self.service.prepare()

    def make_store(self) -> None:
        """An empty SQLite file; made once in a run, then copied."""
        store = self.service.directory / STORE
        if not _empty_store:
            self.service.synchronise()
            _empty_store.append(store.read_bytes())
        store.write_bytes(_empty_store[0])

    # -- the process

    def start(self) -> None:
        """Start it and wait until its socket answers."""
        self.launch()
        readiness.wait_for_services([self.service])

    def launch(self) -> None:
        """Start it; do not wait."""
        self.service.start()

    def kill(self) -> None:
        """kill -9 of the process itself; what it has started lives on."""
        pid = self.service.pid()
        assert pid is not None, 'the daemon does not run'
        os.kill(pid, signal.SIGKILL)
        # All of its threads, that is: until then it holds its socket.
        wait_until(lambda: self._reaped(pid), 30, 'the kill', 0.001)

    def _reaped(self, pid: int) -> bool:
        running = self.service.running()  # which reaps
        return not running and not pathlib.Path(f'/proc/{pid}').exists()

    def kill_and_restart(self, what: str) -> None:
        """As a supervisor sees it: gone, and started again at once."""
        self.kill()
        self.kills.append(what)
        self.start()

    def terminate(self, timeout: float = 40) -> float:
        """SIGTERM to the process itself; the seconds until it has ended."""
        started = time.monotonic()
        os.kill(self.service.pid(), signal.SIGTERM)
        wait_until(lambda: not self.service.running(), timeout, 'its end')
        return time.monotonic() - started

    def hang_up(self) -> None:
        """SIGHUP: reload."""
        os.kill(self.service.pid(), signal.SIGHUP)

    def freeze(self) -> None:
        os.kill(self.service.pid(), signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.service.pid(), signal.SIGCONT)

    def stop(self) -> None:
        """Stop it if it runs, and say how often it was killed."""
        if self.service.running():
            self.thaw()
            self.service.stop()
        if self.kills:
            shared.progress.say(
                f'  {self.service.name}: {len(self.kills)} kills: '
                + '; '.join(self.kills)
            )

    # -- what it says and knows

    def log(self) -> str:
        log = self.service.log
        return log.read_text(errors='replace') if log.exists() else ''

    def log_tail(self, lines: int = 60) -> str:
        return processes.tail(self.service.log, lines)

    def open_store(self) -> SqlStore:
        """The store, opened beside the daemon, which need not run."""
        conf = cfg.ConfigOpts()
        options.register_opts(conf)
        conf(
            [],
            project='nova-ha',
            default_config_files=[str(self.service.config_file)],
        )
        return SqlStore(conf)

    def recoveries(self, host: str) -> list[Recovery]:
        """All recoveries of a host, newest first."""
        store = self.open_store()
        try:
            return list(store.recoveries(host=host))
        finally:
            store.close()

    def wait_for(self, host: str, *states: str, timeout: float = 120):
        """Wait until the host's newest recovery is in one of these states.

        :raises DeadlinePassed: with what the recovery says instead.
        """
        store = self.open_store()

        def reached() -> Recovery | None:
            newest = store.recoveries(host=host, limit=1)
            if newest and newest[0].state.value in states:
                return newest[0]
            seen[:] = [f'{r.state.value}: {r.message}' for r in newest]
            return None

        seen: list[str] = []
        try:
            return wait_until(
                reached, timeout, f'{host} to be {" or ".join(states)}'
            )
        except Exception as error:  # whatever it is, this helps
            error.add_note(f'its recovery is {seen or "not there"}')
            raise
        finally:
            store.close()

    def events(self, recovery: Recovery, name: str = '') -> list:
        """The recovery's history, or the events of this name."""
        store = self.open_store()
        try:
            found = store.events(recovery.uuid)
        finally:
            store.close()
        return [each for each in found if name in ('', each.name)]

    def evacuations(self, recovery: Recovery) -> dict:
        """The recovery's evacuations by instance."""
        store = self.open_store()
        try:
            found = store.evacuations(recovery.uuid)
        finally:
            store.close()
        return {each.instance: each for each in found}

    def history(self) -> str:
        """Everything in the store, for whoever reads a failure."""
        if not (self.service.directory / STORE).exists():
            return '(no store)'
        lines = []
        for host in self.service.hosts:
            for recovery in self.recoveries(host.name):
                lines.append(
                    f'{recovery.host} {recovery.state.value} '
                    f'{recovery.uuid}: {recovery.message}'
                )
                lines.extend(
                    f'    {e.at:%H:%M:%S.%f} {e.name} ({e.state.value}) '
                    f'{e.instance or ""} {e.message}'
                    for e in self.events(recovery)
                )
                lines.extend(
                    f'    {e.name} {e.instance} {e.state.value} on '
                    f'{e.target}, {e.attempts} attempts {e.message}'
                    for e in self.evacuations(recovery).values()
                )
        return '\n'.join(lines)

    def raw_store(self) -> sqlite3.Connection:
        """The SQLite file itself; for looks a thousand times a second."""
        return sqlite3.connect(
            self.service.directory / STORE, isolation_level=None
        )


def _merged(changes: Options) -> Options:
    return {
        group: {**OPTIONS.get(group, {}), **changes.get(group, {})}
        for group in {**OPTIONS, **changes}
    }

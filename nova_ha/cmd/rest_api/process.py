# SPDX-License-Identifier: Apache-2.0
"""Keeps the process of the REST API running while the daemon does."""

from collections.abc import Sequence
import signal
import subprocess
import sys
import threading

from oslo_config import cfg
from oslo_log import log

LOG = log.getLogger(__name__)
RESTART = 2.0
"""Seconds until a process that has ended is started again."""
GRACE = 2.0
"""Seconds, beside those for its requests, in which it must end."""


class RestApi:
    """A process, once [api] enabled says so.

    Whatever becomes of it, hosts are fenced all the same.

    :param arguments: of the daemon; the process reads the same files.
    """

    def __init__(self, conf: cfg.ConfigOpts, arguments: Sequence[str]) -> None:
        self._enabled = bool(conf.api.enabled)
        self._command = (
            *(sys.executable, '-P', '-m', 'nova_ha.cmd.rest_api.child'),
            *arguments,
        )
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(
            target=self._keep_running, name='rest-api', daemon=True
        )

    def start(self) -> None:
        """Begin to start it; returns at once and raises nothing."""
        if self._enabled:
            self._keeper.start()

    def reload(self) -> None:
        """Have it read its certificate and mutable options again."""
        self._signal(signal.SIGHUP)

    def stop(self, timeout: float) -> None:
        """Let it end its requests and wait until it has ended.

        :param timeout: seconds for its requests; then it is killed.
        """
        self._stopping.set()
        if not self._keeper.is_alive():
            return
        self._signal(signal.SIGTERM)
        self._keeper.join(timeout + GRACE)
        if self._keeper.is_alive():
            LOG.warning('The REST API did not end in time and is killed')
            self._signal(signal.SIGKILL)
            self._keeper.join(GRACE)

    def _keep_running(self) -> None:
        # Inherited: what is told to a process that is still starting waits
        # until it can hear it.
        signal.pthread_sigmask(
            signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
        )
        while not self._stopping.is_set():
            try:
                ended = self._run()
            except OSError as error:
                ended = f'cannot be started: {error}'
            if self._stopping.is_set():
                return
            LOG.error(
                'The REST API %s; hosts are fenced all the same; it is '
                'started again in %d s',
                ended,
                RESTART,
            )
            self._stopping.wait(RESTART)

    def _run(self) -> str:
        """Start it, wait until it ends and return how that was.

        :raises OSError: it cannot be started.
        """
        with self._lock:
            if self._stopping.is_set():
                return 'was not started'
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE
            )
            process = self._process
        with process:
            code = process.wait()
        with self._lock:
            self._process = None
        return f'has ended with exit code {code}'

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._process is not None:
                self._process.send_signal(number)

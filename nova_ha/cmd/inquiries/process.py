# SPDX-License-Identifier: Apache-2.0
"""Has a short process answer what takes much computing."""

from collections.abc import Mapping
from collections.abc import Sequence
import functools
import json
import subprocess
import sys
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log

from nova_ha.looks import Looks
from nova_ha.recovery import errors

LOG = log.getLogger(__name__)

SECONDS = 100.0
"""How long an answer may take."""

PATIENCE = 110.0
"""How long somebody waits for it: another question may come first. A web
server waits for the daemon a little longer."""

FRESH = 10.0
"""Seconds for which an answer serves whoever asks next."""

SHOWN = 500
"""Characters of what a process that failed has said."""


class Inquiries:
    """Asks, one question at a time.

    :param conf: the files that it was read from are read again, so a
        question is answered by what is in them now.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._one = threading.Lock()
        self._looks: Looks[Sequence[str], Any] = Looks(
            'the inquiry', errors.ComputeUnavailable, FRESH, PATIENCE
        )

    def capacity(self, upto: int) -> Mapping[str, Any]:
        """Return whether hosts may fail, up to so many together.

        :raises ComputeError: nova did not say.
        :raises PlacementError: Placement did not say.
        """
        found: Mapping[str, Any] = self._look('capacity', f'--upto={upto}')
        return found

    def snapshots(self) -> Sequence[Mapping[str, Any]]:
        """Return the instances with local disks and what could be put back.

        :raises ComputeError: nova did not say.
        :raises ImageError: glance did not say.
        """
        found: Sequence[Mapping[str, Any]] = self._look('snapshots')
        return found

    def _look(self, *arguments: str) -> Any:
        return self._looks.get(
            arguments, functools.partial(self._ask, arguments)
        )

    def _ask(self, arguments: Sequence[str]) -> Any:
        command = [sys.executable, '-P', '-m', 'nova_ha.cmd.inquiries.child']
        command += [f'--config-file={f}' for f in self._conf.config_file or ()]
        command += [f'--config-dir={d}' for d in self._conf.config_dir or ()]
        with self._one:
            try:
                done = subprocess.run(
                    [*command, *arguments],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise errors.ComputeUnavailable(
                    f'no answer about {arguments[-1]} within {SECONDS:g} s'
                ) from None
        if done.stderr:
            LOG.debug('%s: %s', arguments, done.stderr)
        return _understood(done)


def _understood(done: 'subprocess.CompletedProcess[str]') -> Any:
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise errors.RecoveryError(
            f'the inquiry ended with exit code {done.returncode} and no '
            f'answer: {done.stderr.strip()[-SHOWN:]}'
        ) from None
    if 'answer' in said:
        return said['answer']
    error = said['error']
    kind = getattr(errors, error['kind'], errors.RecoveryError)
    if issubclass(kind, errors.ComputeRefused):
        raise kind(error['message'], 0)
    raise kind(error['message'])

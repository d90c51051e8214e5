# SPDX-License-Identifier: Apache-2.0
"""Calls the fence agent exactly as Pacemaker's fencer (2.1.5) does.

Measured there: no arguments; options as ``key=value`` lines on stdin in no
stable order; the device's own parameters among them; a bare environment; the
exit code is the verdict.
"""

from collections.abc import Mapping
import dataclasses
import pathlib
import subprocess
import sys
import time

AGENT = pathlib.Path(sys.executable).with_name('fence_nova_ha')

ENVIRONMENT = {
    'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'PCMK_service': 'pacemaker-fenced',
    'HA_logfacility': 'none',
    'OCF_OUTPUT_FORMAT': 'log',
    'LC_ALL': 'C',
}

KILLED_AFTER = 60.0
"""Seconds: Pacemaker's stonith-timeout."""


@dataclasses.dataclass(frozen=True)
class Called:
    """How a call of the agent went.

    :ivar started: before its process was made; seconds since the epoch.
    :ivar ended: when its process was gone.
    """

    started: float
    ended: float
    code: int
    errors: str

    @property
    def seconds(self) -> float:
        return self.ended - self.started


def lines(action: str, node: str, device: Mapping[str, str]) -> str:
    """What Pacemaker writes to the agent's stdin.

    :param device: the parameters the fencing device is configured with.
    """
    options = {'nodename': node, **device, 'action': action, 'port': node}
    return ''.join(f'{key}={value}\n' for key, value in options.items())


def call(action: str, node: str, socket: pathlib.Path) -> Called:
    """Run the installed agent; ``socket`` is the device's one parameter.

    :raises subprocess.TimeoutExpired: Pacemaker would have killed it.
    """
    text = lines(action, node, {'socket': str(socket)})
    started = time.time()
    done = subprocess.run(
        [str(AGENT)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=KILLED_AFTER,
        env=ENVIRONMENT,
        cwd='/',
    )
    return Called(started, time.time(), done.returncode, done.stderr.strip())

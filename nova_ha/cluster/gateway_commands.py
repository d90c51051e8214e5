# SPDX-License-Identifier: Apache-2.0
"""Runs Pacemaker's commands: no longer than allowed, in plain English."""

from collections.abc import Sequence
import os
import signal
import subprocess
from xml.etree import ElementTree as ET

from nova_ha.recovery import errors

PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
"""Where Pacemaker's commands are; a service's PATH may lack /usr/sbin."""

# Exit codes of Pacemaker's commands (crm_exit_t), since 2.0.
NO_SUCH_THING = 105
AWAY = {
    69: 'a service that it needs is not there',
    75: 'not at the moment',
    102: 'not connected',
    106: 'no quorum',
    124: 'timed out inside Pacemaker',
}


class NoSuchThing(errors.ClusterError):
    """What was named is not there (exit code 105)."""


def run(command: Sequence[str], seconds: float) -> str:
    """Return what a command of Pacemaker writes to stdout.

    The command and all that it has started are ended when the time is up.

    :raises ClusterUnavailable: Pacemaker is not installed, does not run,
        has no quorum or does not answer within so many seconds.
    :raises NoSuchThing: see there.
    :raises ClusterError: any other failure.
    """
    name = command[0]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            encoding='utf-8',
            errors='replace',
            start_new_session=True,
        )
    except OSError as error:
        raise errors.ClusterUnavailable(
            f'{name} cannot be started ({error.strerror}): install '
            'pacemaker-cli-utils, or set enabled = false in [cluster] of '
            'nova-ha.conf'
        ) from None
    with process:
        try:
            out, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise errors.ClusterUnavailable(
                f'{name} did not end within {seconds:g} s ([cluster] '
                'command_timeout)'
            ) from None
        finally:
            _end(process)
    if process.returncode != 0:
        raise _failure(name, process.returncode, f'{said} {_told(out)}')
    return out


def _environment() -> dict[str, str]:
    """Return a clean one: messages in English, no CIB_file to be misled by."""
    return {
        'PATH': os.pathsep.join(filter(None, (os.environ.get('PATH'), PATH))),
        'LC_ALL': 'C',
    }


def _end(process: subprocess.Popen[str]) -> None:
    """End the process, if it runs, with whatever it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _told(out: str) -> str:
    """Return the complaints that a command writes into its XML."""
    try:
        document = ET.fromstring(out)  # noqa: S314  Pacemaker's own words
    except ET.ParseError:
        return ''
    return ' '.join(e.text or '' for e in document.iter('error'))


def _failure(name: str, code: int, said: str) -> errors.ClusterError:
    words = ' '.join(said.split()) or 'it said nothing'
    if code == NO_SUCH_THING:
        return NoSuchThing(words)
    if code in AWAY:
        return errors.ClusterUnavailable(
            f'Pacemaker on this machine does not answer {name}: '
            f'{AWAY[code]} ({words}). Does pacemaker.service run here, and '
            'has this partition quorum?'
        )
    how = f'signal {-code}' if code < 0 else f'exit code {code}'
    return errors.ClusterError(f'{name} failed with {how}: {words}')

# SPDX-License-Identifier: Apache-2.0
"""The alert agent: tells the local daemon what Pacemaker has just seen.

What it tells is a hint: the daemon looks for itself, the sooner for it. So
the agent is quick, never tries again, and always ends with exit code 0: an
alert that is lost costs a moment and nothing else.

Pacemaker says what happened in environment variables and runs the agent as
user hacluster, once on every controller for most events.
"""

from collections.abc import Mapping
import contextlib
import os
import sys

from nova_ha.pacemaker import client
from nova_ha.pacemaker import options

NAME = 'nova-ha-alert'
TIMEOUT = 2.0
"""Seconds for all of it; Pacemaker would allow 30."""
KINDS = ('node', 'fencing', 'resource')
TEXTS = ('node', 'task', 'rsc', 'desc')
MAX_TEXT = 255
"""Characters; what Pacemaker says is shorter, a hint need not be longer."""

Hint = dict[str, object]


def hint(environment: Mapping[str, str]) -> 'Hint | None':
    """Return what to tell the daemon; None where it needs no hint.

    Attribute alerts are none, for the gate's attribute is our own. What a
    release of Pacemaker does not say is left out.
    """
    kind = environment.get('CRM_alert_kind', '')
    if kind not in KINDS:
        return None
    found: Hint = {'kind': kind}
    for key in TEXTS:
        text = environment.get(f'CRM_alert_{key}', '')
        if text:
            found[key] = _short(text)
    with contextlib.suppress(ValueError):
        found['rc'] = int(environment.get('CRM_alert_rc', ''))
    return found


def _short(text: str) -> str:
    """Return one short line that any JSON parser takes."""
    line = ' '.join(text.split())[:MAX_TEXT]
    return line.encode('utf-8', 'replace').decode()


def tell(environment: Mapping[str, str]) -> None:
    """Send the hint, if there is one.

    :raises client.DaemonError: the daemon did not take it.
    """
    found = hint(environment)
    if found is not None:
        # "recipient" is the alert's value in the cluster's configuration.
        path = environment.get('CRM_alert_recipient', '') or options.SOCKET
        client.ask(path, 'POST', '/v1/hints', found, TIMEOUT)


def main(environment: 'Mapping[str, str] | None' = None) -> int:
    """Run the agent and return 0, whatever happens."""
    try:
        tell(os.environ if environment is None else environment)
    except client.DaemonError as error:
        _say(str(error))
    except Exception as error:  # Pacemaker must not be told of a failure
        _say(f'{type(error).__name__}: {error}')
    return 0


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        line = f'hint not delivered: {" ".join(text.split())}'
        print(f'{NAME}: {line}', file=sys.stderr, flush=True)

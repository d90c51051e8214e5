# SPDX-License-Identifier: Apache-2.0
"""What nova-ha itself says about a recovery."""

import json
from typing import Any

from nova_ha.pacemaker import client
from tests.lab.errors import LabError
from tests.lab.services.fencer import Fencer

Json = dict[str, Any]


def newest(fencer: Fencer, host: str) -> Json | None:
    """The host's newest recovery, without its history; None if it has none.

    :raises LabError: the fencer does not answer.
    """
    found = _ask(fencer, f'/v1/recoveries?host={host}')['recoveries']
    return found[0] if found else None


def live(fencer: Fencer, uuid: str) -> Json:
    """Recovery, evacuations and events by the local API; costs little.

    :raises LabError: the fencer does not answer.
    """
    return _ask(fencer, f'/v1/recoveries/{uuid}')


def from_store(fencer: Fencer, uuid: str) -> Json:
    """The same, read from the store by nova-ha-manage."""
    found: Json = json.loads(
        fencer.manage('recovery', 'show', uuid, '-f', 'json')
    )
    return found


def _ask(fencer: Fencer, path: str) -> Json:
    try:
        return client.ask(str(fencer.socket), 'GET', path)
    except client.DaemonError as error:
        raise LabError(f'the fencer does not answer: {error}') from None

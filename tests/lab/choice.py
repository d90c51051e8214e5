# SPDX-License-Identifier: Apache-2.0
"""Whether the lab has a Pacemaker cluster, and which: remembered by the lab.

Chosen at ``up``; everything else finds out.
"""

import dataclasses
import json
import pathlib

from tests.lab.config import LabConfig
from tests.lab.errors import LabError

_KEYS = ('controllers', 'wiring')


def remembered(config: LabConfig) -> LabConfig:
    """The configuration with what this lab was brought up with."""
    path = _file(config)
    if not path.exists():
        return config
    chosen = json.loads(path.read_text())
    return dataclasses.replace(config, **{key: chosen[key] for key in _KEYS})


def remember(config: LabConfig) -> None:
    """Remember it from now on, until the lab is wiped.

    :raises LabError: what the lab remembers is another choice.
    """
    path = _file(config)
    before = remembered(dataclasses.replace(config, controllers=0, wiring=1))
    same = all(getattr(config, k) == getattr(before, k) for k in _KEYS)
    if config.state.exists() and not same:
        raise LabError(
            f'this lab was brought up {_words(before)}, not '
            f'{_words(config)}; wipe it first: down --wipe'
        )
    if config.pacemaker:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps({key: getattr(config, key) for key in _KEYS})
        )


def _words(config: LabConfig) -> str:
    if not config.pacemaker:
        return 'without Pacemaker'
    return (
        f'with Pacemaker (controllers: {config.controllers}, '
        f'wiring: {config.wiring})'
    )


def _file(config: LabConfig) -> pathlib.Path:
    return config.state / 'pacemaker.json'

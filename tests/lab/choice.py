# SPDX-License-Identifier: Apache-2.0
"""What a lab has been brought up with, which it remembers.

A Pacemaker cluster, and which; the REST API. Chosen at ``up``; everything
else finds out.
"""

import dataclasses
import json
import pathlib
from typing import Any

from tests.lab.config import LabConfig
from tests.lab.errors import LabError

_NOTHING = {'controllers': 0, 'wiring': 1, 'api': False}
"""The choice that is made by choosing nothing."""


def remembered(config: LabConfig) -> LabConfig:
    """The configuration with what this lab was brought up with."""
    path = _file(config)
    if not path.exists():
        return config
    chosen = {**_NOTHING, **json.loads(path.read_text())}
    return dataclasses.replace(config, **chosen)


def remember(config: LabConfig) -> None:
    """Remember it from now on, until the lab is wiped.

    :raises LabError: what the lab remembers is another choice.
    """
    path = _file(config)
    before = remembered(dataclasses.replace(config, **_NOTHING))
    if config.state.exists() and _chosen(config) != _chosen(before):
        raise LabError(
            f'this lab was brought up {_words(before)}, not '
            f'{_words(config)}; wipe it first: down --wipe'
        )
    if _chosen(config) != _NOTHING:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_chosen(config)))


def _chosen(config: LabConfig) -> dict[str, Any]:
    return {key: getattr(config, key) for key in _NOTHING}


def _words(config: LabConfig) -> str:
    api = ', with the REST API' if config.api else ''
    if not config.pacemaker:
        return f'without Pacemaker{api}'
    return (
        f'with Pacemaker (controllers: {config.controllers}, '
        f'wiring: {config.wiring}){api}'
    )


def _file(config: LabConfig) -> pathlib.Path:
    return config.state / 'choice.json'

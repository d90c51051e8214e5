# SPDX-License-Identifier: Apache-2.0
"""``defaults.power``: what holds for every device that does not say else.

One mapping or a list of them, each for the devices of one driver. Where
there is only one, it also names the driver of a device that names none.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from nova_ha.yaml_file.document import Document
from nova_ha.yaml_file.document import Path
from nova_ha.yaml_file.problems import did_you_mean
from nova_ha.yaml_file.problems import field_of
from nova_ha.yaml_file.problems import Problem
from nova_ha.yaml_file.schema import Schema

Schemas = Mapping[str, Schema]
Parameters = Mapping[str, Any]

PATH: Path = ('defaults', 'power')


def listed(value: Any, path: Path) -> Iterator[tuple[Path, Parameters]]:
    """Yield each device of a ``power`` with its path in the file."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index), item
    else:
        yield path, value


class Defaults:
    """The defaults by driver.

    :ivar problems: what is wrong with the naming of their drivers; a wrong
        parameter is found where it is used.
    """

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._by_driver: dict[str, tuple[Path, Parameters]] = {}
        value = document.value.get('defaults', {}).get('power')
        for path, item in listed(value, PATH) if value is not None else ():
            driver = item.get('driver')
            problem = driver_problem(driver, schemas)
            if not problem and driver in self._by_driver:
                problem = f'{driver} has defaults already; put them together'
            if problem:
                self._problem(path, problem)
            if isinstance(driver, str):
                self._by_driver.setdefault(driver, (path, item))

    def driver(self) -> str | None:
        """Return the driver of a device that names none, if there is one."""
        names = tuple(self._by_driver)
        return names[0] if len(names) == 1 else None

    def missing(self) -> str:
        """Say what a device without a driver lacks."""
        if len(self._by_driver) > 1:
            return (
                'missing; there are defaults for '
                + ' and '.join(self._by_driver)
                + ', so each device must say which it is'
            )
        return ''

    def of(self, driver: object) -> tuple[Path, Parameters]:
        """Return the defaults for a driver and where they stand."""
        if not isinstance(driver, str):
            return PATH, {}
        return self._by_driver.get(driver, (PATH, {}))

    def _problem(self, path: Path, text: str) -> None:
        place = (*path, 'driver')
        line = self._document.line(place)
        field = field_of(place[1:])
        self.problems.append(Problem(line, 'defaults', field, text))


def driver_problem(driver: object, schemas: Schemas) -> str:
    """Say what is wrong with the name of a driver, if anything is."""
    if driver is None:
        return f'missing; one of {", ".join(sorted(schemas))}'
    if not isinstance(driver, str):
        return 'must be text: the name of a driver'
    if driver not in schemas:
        return f'no driver {driver!r}{did_you_mean(driver, schemas)}'
    return ''

# SPDX-License-Identifier: Apache-2.0
"""One host of the file: defaults, driver, secrets, schema, in this order."""

from collections.abc import Iterator
from collections.abc import Mapping
import pathlib
from typing import Any

from nova_ha.hosts import schema
from nova_ha.hosts import secret_files
from nova_ha.hosts.document import Document
from nova_ha.hosts.document import Path
from nova_ha.hosts.problems import did_you_mean
from nova_ha.hosts.problems import Problem
from nova_ha.recovery.model import Host

DEFAULTS: Path = ('defaults', 'power')
Schemas = Mapping[str, schema.Schema]


class Entry:
    """Works one item of ``hosts`` out; problems are collected.

    :ivar problems: what :meth:`host` found.
    :ivar index: its place in the list, from 0.
    :ivar secret_lines: where secrets stand in the hosts file itself.
    """

    def __init__(
        self,
        document: Document,
        index: int,
        schemas: Schemas,
        directory: pathlib.Path,
    ) -> None:
        self.problems: list[Problem] = []
        self.secret_lines: list[int] = []
        self._document = document
        self.index = index
        self._path: Path = ('hosts', index)
        self._item: Mapping[str, Any] = document.value['hosts'][index]
        self._schemas = schemas
        self._directory = directory
        # Where each parameter stands: in the host or in the defaults.
        self._origins: dict[str, Path] = {}

    def host(self) -> Host:
        """Return the host; of no use if there are ``problems``."""
        name = self._item['name']
        power = self._merged()
        driver = power.pop('driver', None)
        if self._knows(driver):
            driver_schema = self._schemas[driver]
            self._read_secrets(power, driver_schema)
            for path, text in schema.breaches(power, driver_schema):
                self._problem(path, text)
            power = {**_defaults(driver_schema), **power}
        return Host(
            name=name,
            node=self._item.get('node', name),
            driver=str(driver),
            power=power,
            node_address=self._item.get('node_address', ''),
        )

    def _merged(self) -> dict[str, Any]:
        """Return the parameters with the defaults below the host's own.

        Defaults for one driver say nothing about another.
        """
        own = self._item.get('power', {})
        defaults = self._document.value.get('defaults', {}).get('power', {})
        driver = defaults.get('driver')
        if own.get('driver', driver) != driver:
            defaults = {}
        self._origins = dict.fromkeys(defaults, DEFAULTS)
        self._origins |= dict.fromkeys(own, (*self._path, 'power'))
        return {**_without_rivals(defaults, own), **own}

    def _knows(self, driver: Any) -> bool:
        if driver is None:
            installed = ', '.join(sorted(self._schemas))
            self._problem(('driver',), f'missing; one of {installed}')
        elif not isinstance(driver, str):
            self._problem(('driver',), 'must be text: the name of a driver')
        elif driver not in self._schemas:
            hint = did_you_mean(driver, self._schemas)
            self._problem(('driver',), f'no driver {driver!r}{hint}')
        else:
            return True
        return False

    def _read_secrets(
        self, power: dict[str, Any], driver_schema: schema.Schema
    ) -> None:
        """Put the content of each ``<secret>_file`` in its place."""
        for name in secret_files.secret_names(driver_schema):
            key = f'{name}_file'
            if name in power:
                self.secret_lines.append(self._line((name,)))
            if key not in power:
                continue
            file = power.pop(key)
            if name in power:
                self._problem(
                    (key,), f'{name} is given too; keep one of the two'
                )
            else:
                power[name] = self._read(key, file)

    def _read(self, key: str, file: Any) -> str:
        try:
            return secret_files.read_secret(self._directory, file)
        except secret_files.SecretFileError as error:
            self._problem((key,), str(error))
            # Any text will do: the problem is told, a second one would
            # only be its echo.
            return '?'

    def _line(self, path: Path) -> int:
        origin = self._origin(path)
        return self._document.line((*origin, *path))

    def _origin(self, path: Path) -> Path:
        return self._origins.get(str(path[0]) if path else '', self._path)

    def _problem(self, path: Path, text: str) -> None:
        """Note a problem of the power part.

        One in the defaults is theirs, and so told once, not once a host.
        """
        if self._origin(path) == DEFAULTS:
            where = 'defaults'
        else:
            where = f'host {self._item["name"]}'
        field = '.'.join(['power', *map(str, path)])
        self.problems.append(Problem(self._line(path), where, field, text))


def _without_rivals(
    defaults: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """Drop a default ``x_file`` where the host gives ``x``, and reversed."""
    rivals = {f'{key}_file' for key in own}
    rivals |= {key.removesuffix('_file') for key in own}
    return {key: defaults[key] for key in defaults if key not in rivals}


def _defaults(driver_schema: schema.Schema) -> dict[str, Any]:
    properties = driver_schema.get('properties', {})
    return {
        name: part['default']
        for name, part in properties.items()
        if 'default' in part
    }


def names_of(host: Host) -> Iterator[tuple[str, str]]:
    """Yield every name of the host with the field that gives it."""
    yield 'name', host.name
    if host.node != host.name:
        yield 'node', host.node

# SPDX-License-Identifier: Apache-2.0
"""One device of a host: defaults, driver, secrets, schema, in this order."""

from collections.abc import Mapping
import pathlib
from typing import Any

from nova_ha.hosts import secret_files
from nova_ha.hosts.defaults import Defaults
from nova_ha.hosts.defaults import driver_problem
from nova_ha.hosts.defaults import Parameters
from nova_ha.hosts.defaults import PATH
from nova_ha.hosts.defaults import Schemas
from nova_ha.recovery.model import PowerDevice
from nova_ha.yaml_file import schema
from nova_ha.yaml_file.document import Document
from nova_ha.yaml_file.document import Path
from nova_ha.yaml_file.problems import field_of
from nova_ha.yaml_file.problems import Problem


class DeviceEntry:
    """Works one device out; problems are collected.

    :param where: the host, for the problems.
    :param path: where it stands, for example hosts 3 power 0.
    :param own: what the host says of it.
    :ivar problems: what :meth:`device` found.
    :ivar secret_lines: where secrets stand in the hosts file itself.
    :ivar secret_paths: the files that hold its secrets.
    """

    def __init__(
        self,
        document: Document,
        where: str,
        path: Path,
        own: Parameters,
        defaults: Defaults,
    ) -> None:
        self.problems: list[Problem] = []
        self.secret_lines: list[int] = []
        self.secret_paths: list[pathlib.Path] = []
        self._document = document
        self._where = where
        self._path = path
        self._own = own
        self._defaults = defaults
        # Where each parameter stands: in the host or in the defaults.
        self._origins: dict[str, Path] = {}

    def device(
        self, schemas: Schemas, directory: pathlib.Path
    ) -> tuple[PowerDevice, schema.Schema]:
        """Return the device with its driver's schema; of no use if there are
        ``problems``.
        """
        power = self._merged()
        driver = power.pop('driver', None)
        problem = driver_problem(driver, schemas)
        if problem:
            if driver is None:
                problem = self._defaults.missing() or problem
            self._problem(('driver',), problem)
            return PowerDevice(str(driver), power), {}
        driver_schema = schemas[driver]
        self._read_secrets(power, driver_schema, directory)
        for path, text in schema.breaches(power, driver_schema):
            self._problem(path, text)
        return (
            PowerDevice(driver, {**_defaults(driver_schema), **power}),
            driver_schema,
        )

    def problem(self, path: Path, text: str) -> None:
        """Note a problem found from outside."""
        self._problem(path, text)

    def _merged(self) -> dict[str, Any]:
        """Return the parameters with the defaults below the host's own.

        Defaults for one driver say nothing about another.
        """
        own = self._own
        driver = own.get('driver', self._defaults.driver())
        where, defaults = self._defaults.of(driver)
        self._origins = dict.fromkeys(defaults, where)
        self._origins |= dict.fromkeys(own, self._path)
        return {**_without_rivals(defaults, own), **own}

    def _read_secrets(
        self,
        power: dict[str, Any],
        driver_schema: schema.Schema,
        directory: pathlib.Path,
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
                power[name] = self._read(directory, key, file)

    def _read(self, directory: pathlib.Path, key: str, file: Any) -> str:
        try:
            secret = secret_files.read_secret(directory, file)
            self.secret_paths.append(directory / file)
            return secret
        except secret_files.SecretFileError as error:
            self._problem((key,), str(error))
            # Any text will do: the problem is told, a second one would
            # only be its echo.
            return '?'

    def _line(self, path: Path) -> int:
        return self._document.line((*self._origin(path), *path))

    def _origin(self, path: Path) -> Path:
        # What is missing in a host's only device is missing in the host.
        whole = self._path[:2] if self._path[-1] == 'power' else self._path
        return self._origins.get(str(path[0]) if path else '', whole)

    def _problem(self, path: Path, text: str) -> None:
        """Note a problem.

        One in the defaults is theirs, and so told once, not once a host.
        """
        origin = self._origin(path)
        if origin[: len(PATH)] == PATH:
            where, place = 'defaults', origin[1:]
        else:
            where, place = self._where, origin[2:]
        # Of a host without power, it is the power that is not there.
        field = field_of((*(place or ('power',)), *path))
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

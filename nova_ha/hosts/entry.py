# SPDX-License-Identifier: Apache-2.0
"""One host of the file: its names and its devices."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import pathlib
from typing import Any

from nova_ha.hosts import defaults
from nova_ha.hosts.defaults import Defaults
from nova_ha.hosts.defaults import Schemas
from nova_ha.hosts.device import DeviceEntry
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import PowerDevice
from nova_ha.yaml_file.document import Document
from nova_ha.yaml_file.document import Path
from nova_ha.yaml_file.problems import Problem
from nova_ha.yaml_file.schema import Schema


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """A device with what the file says around it.

    :ivar path: below the host, for example power 0.
    """

    device: PowerDevice
    schema: Schema
    path: Path


class Entry:
    """Works one item of ``hosts`` out; problems are collected.

    :ivar index: its place in the list, from 0.
    :ivar host: of no use if there are ``problems``.
    :ivar devices: its devices and where they stand.
    :ivar problems: what is wrong with it.
    :ivar secret_lines: where secrets stand in the hosts file itself.
    :ivar secret_paths: the files that hold its secrets.
    """

    def __init__(
        self,
        document: Document,
        index: int,
        schemas: Schemas,
        common: Defaults,
        directory: pathlib.Path,
    ) -> None:
        self.index = index
        self.problems: list[Problem] = []
        self.secret_lines: list[int] = []
        self.secret_paths: list[pathlib.Path] = []
        self.devices: list[Placed] = []
        item: Mapping[str, Any] = document.value['hosts'][index]
        name = item['name']
        entries = [
            DeviceEntry(document, f'host {name}', path, own, common)
            for path, own in _devices(item, ('hosts', index))
        ]
        for entry, (path, _own) in zip(
            entries, _devices(item, ('hosts', index)), strict=True
        ):
            device, schema = entry.device(schemas, directory)
            self.devices.append(Placed(device, schema, path[2:]))
        self._refuse_company(entries)
        for entry in entries:
            self.problems += entry.problems
            self.secret_lines += entry.secret_lines
            self.secret_paths += entry.secret_paths
        self.host = Host(
            name=name,
            node=item.get('node', name),
            devices=tuple(placed.device for placed in self.devices),
            node_address=item.get('node_address', ''),
            reserved=item.get('reserved', False),
        )

    def _refuse_company(self, entries: Sequence[DeviceEntry]) -> None:
        """Find devices that may only stand alone, and do not."""
        if len(entries) < 2:
            return
        for entry, placed in zip(entries, self.devices, strict=True):
            if placed.schema.get('alone'):
                entry.problem(
                    ('driver',),
                    f'{placed.device.driver} stands alone: a host with it '
                    'has no other device; remove it or the others',
                )


def _devices(
    item: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if 'power' not in item:
        return iter([(path, {})])
    return defaults.listed(item['power'], (*path, 'power'))


def names_of(host: Host) -> Iterator[tuple[str, str]]:
    """Yield every name of the host with the field that gives it."""
    yield 'name', host.name
    if host.node != host.name:
        yield 'node', host.node

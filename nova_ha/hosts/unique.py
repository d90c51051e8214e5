# SPDX-License-Identifier: Apache-2.0
"""What two hosts must not share: names and power devices.

Two hosts on one BMC would mean that the wrong machine is switched off and
the right one is taken for dead. What makes two devices the same is said by
the drivers' schemas (``identity``).
"""

from collections.abc import Hashable
from collections.abc import Iterator
from collections.abc import Sequence
import ipaddress
from typing import Any

from nova_ha.hosts.entry import Entry
from nova_ha.hosts.entry import names_of
from nova_ha.hosts.entry import Placed
from nova_ha.recovery.model import Host
from nova_ha.yaml_file.document import Path

Clash = tuple[Entry, Path, str]


def clashes(entries: Sequence[Entry]) -> Iterator[Clash]:
    """Yield the host, field and text of each thing used a second time."""
    yield from _same_names(entries)
    yield from _same_devices(entries)


def _same_names(entries: Sequence[Entry]) -> Iterator[Clash]:
    owners: dict[str, Host] = {}
    for entry in entries:
        host = entry.host
        for field, name in names_of(host):
            owner = owners.setdefault(name, host)
            if owner is not host:
                yield (
                    entry,
                    (field,),
                    f'{name} is already a name of host {owner.name}',
                )


def _same_devices(entries: Sequence[Entry]) -> Iterator[Clash]:
    owners: dict[Hashable, Host] = {}
    for entry in entries:
        for placed in entry.devices:
            named = _identity(placed)
            if not any(value is not None for _name, value in named):
                continue
            key = tuple(value for _name, value in named)
            owner = owners.setdefault(key, entry.host)
            if owner is not entry.host:
                yield entry, (*placed.path, named[0][0]), _text(placed, owner)


def _identity(placed: Placed) -> list[tuple[str, Hashable]]:
    """Return what names the device, or nothing where that is not known."""
    return [
        _given(placed.device.parameters, names)
        for names in placed.schema.get('identity', ())
    ]


def _given(
    parameters: Any, names: Sequence[str]
) -> tuple[str, Hashable | None]:
    for name in names:
        if isinstance(parameters.get(name), str | int):
            return name, _canonical(str(parameters[name]))
    return names[0], None


def _text(placed: Placed, owner: Host) -> str:
    parameters = placed.device.parameters
    words = [
        f'{name} {parameters[name]}' if position else str(parameters[name])
        for position, (name, value) in enumerate(_identity(placed))
        if value is not None
    ]
    return (
        f'{" ".join(words)} is already a power device of host {owner.name}; '
        'each host needs its own'
    )


def _canonical(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address.lower().rstrip('.')

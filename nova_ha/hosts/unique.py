# SPDX-License-Identifier: Apache-2.0
"""What two hosts must not share: names and BMCs.

Two hosts on one BMC would mean that the wrong machine is switched off and
the right one is taken for dead.
"""

from collections.abc import Hashable
from collections.abc import Iterator
from collections.abc import Sequence
import ipaddress

from nova_ha.hosts.document import Path
from nova_ha.hosts.entry import names_of
from nova_ha.recovery.model import Host

Clash = tuple[int, Path, str]


def clashes(hosts: Sequence[tuple[int, Host]]) -> Iterator[Clash]:
    """Yield the index, field and text of each thing used a second time.

    :param hosts: with their index in the file.
    """
    yield from _same_names(hosts)
    yield from _same_bmcs(hosts)


def _same_names(hosts: Sequence[tuple[int, Host]]) -> Iterator[Clash]:
    owners: dict[str, Host] = {}
    for index, host in hosts:
        for field, name in names_of(host):
            owner = owners.setdefault(name, host)
            if owner is not host:
                yield (
                    index,
                    (field,),
                    f'{name} is already a name of host {owner.name}',
                )


def _same_bmcs(hosts: Sequence[tuple[int, Host]]) -> Iterator[Clash]:
    owners: dict[Hashable, Host] = {}
    for index, host in hosts:
        address = host.power.get('address')
        port = host.power.get('port')
        if not isinstance(address, str) or not isinstance(port, int):
            continue
        owner = owners.setdefault((_canonical(address), port), host)
        if owner is not host:
            text = (
                f'{address} port {port} is already the BMC of host '
                f'{owner.name}; each host needs its own'
            )
            yield index, ('power', 'address'), text


def _canonical(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address.lower().rstrip('.')

# SPDX-License-Identifier: Apache-2.0
"""The facts of this cloud, where the documentation has those of another."""

from collections.abc import Mapping
import json
from typing import Any

import yaml

from tests.lab import config
from tests.lab.pacemaker.remotes import RemoteHost

DATABASE = 'operator'
"""The lab has a database nova_ha of its own."""

STORAGE = 'rbd-1'
"""The aggregate of the hosts, whose disks are on storage that all share."""


def of_cloud(lab: config.LabConfig) -> Mapping[str, str]:
    """Addresses and passwords."""
    ports = lab.ports
    keystone = lab.keystone_url.removesuffix('/v3')
    return {
        'https://keystone.example.org:5000': keystone,
        'https://ha.example.org:8790': lab.api_url,
        '192.0.2.5': config.controller_address(1),
        'nova_ha:PASSWORD@db.example.org/nova_ha': (
            f'nova_ha:{lab.password}@{lab.address}:{ports.mariadb}/{DATABASE}'
        ),
        'PASSWORD': lab.password,
        'DATABASE nova_ha': f'DATABASE {DATABASE}',
        'ON nova_ha.': f'ON {DATABASE}.',
        'ctl1:11211,ctl2:11211,ctl3:11211': f'{lab.address}:{ports.memcached}',
        'ctl1,ctl2,ctl3': ','.join(lab.controller_names),
        'cmp1': 'compute1',
    }


def hosts_file(
    sample: str,
    lab: config.LabConfig,
    hosts: list[RemoteHost],
    spares: tuple[str, ...] = (),
) -> str:
    """The sample, with the hosts of this cloud in the place of its own.

    Of its defaults those of the driver that the hosts have are kept.
    """
    document: dict[str, Any] = yaml.safe_load(sample)
    power = document['defaults']['power']
    (ipmi,) = [each for each in power if each['driver'] == 'ipmi']
    ipmi['user'] = lab.bmc_user
    document['defaults']['power'] = [ipmi]
    document['hosts'] = [
        {
            'name': host.name,
            **({'reserved': True} if host.name in spares else {}),
            'power': {'driver': 'ipmi', 'address': host.bmc.address},
        }
        for host in hosts
    ]
    return yaml.safe_dump(document, sort_keys=False)


def rules_file(sample: str) -> str:
    """Of the sample, the rule that says which disks are on shared storage."""
    rules = [
        rule
        for rule in yaml.safe_load(sample)['rules']
        if rule.get('set') == {'storage': 'shared'}
    ]
    return json.dumps({'rules': rules}, indent=2)


def clouds_file(lab: config.LabConfig, shown: str) -> str:
    """What the walk-through shows of clouds.yaml, with this cloud's facts."""
    document: dict[str, Any] = yaml.safe_load(shown)
    for cloud in document['clouds'].values():
        cloud['auth'] |= {
            'auth_url': lab.keystone_url,
            'username': 'admin',
            'password': lab.password,
        }
        cloud['region_name'] = config.REGION
    return yaml.safe_dump(document)

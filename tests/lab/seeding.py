# SPDX-License-Identifier: Apache-2.0
"""What an empty cloud needs before it can be used. Repeatable."""

from collections.abc import Mapping
from typing import Any

from keystoneauth1 import adapter

from tests.lab.cloud import Cloud
from tests.lab.config import LabConfig
from tests.lab.config import REGION

#: (id, name, MiB of memory, vcpus)
FLAVORS = (
    ('1', 'lab.small', 512, 1),
    ('2', 'lab.large', 4096, 4),
    # Two of it fill a host.
    ('3', 'lab.huge', 120000, 8),
)
SUBNET = '10.1.0.0/16'


def seed_identity(lab: LabConfig, cloud: Cloud) -> None:
    """Projects, users and the catalogue. Needs keystone only."""
    identity = cloud.identity
    if _find(identity, '/services', 'services', type='compute'):
        return
    project = _make(identity, '/projects', 'project', name='service')
    roles = {
        role['name']: role['id']
        for role in identity.get('/roles').json()['roles']
    }
    if 'service' not in roles:
        role = _make(identity, '/roles', 'role', name='service')
        roles['service'] = role
    for name in ('svc', lab.service_user):
        user = _make(
            identity, '/users', 'user', name=name, password=lab.password
        )
        for role in ('admin', 'service'):
            path = f'/projects/{project}/users/{user}/roles/{roles[role]}'
            identity.put(path)
    demo = _make(identity, '/projects', 'project', name='demo')
    user = _make(
        identity, '/users', 'user', name='demo', password=lab.password
    )
    identity.put(f'/projects/{demo}/users/{user}/roles/{roles["member"]}')
    _seed_catalogue(lab, identity)
    # The token in hand knows the catalogue as it was before.
    cloud.session.invalidate()


def _seed_catalogue(lab: LabConfig, identity: adapter.Adapter) -> None:
    """The compute service last: seed_identity takes it as "all done"."""
    ports = lab.ports
    for name, service_type, port, path in (
        ('placement', 'placement', ports.placement, ''),
        ('glance', 'image', ports.glance, ''),
        ('neutron', 'network', ports.neutron, ''),
        ('nova', 'compute', ports.nova, '/v2.1'),
    ):
        service = _make(
            identity, '/services', 'service', name=name, type=service_type
        )
        for interface in ('public', 'internal'):
            _make(
                identity,
                '/endpoints',
                'endpoint',
                service_id=service,
                interface=interface,
                region_id=REGION,
                url=f'http://{lab.address}:{port}{path}',
            )


def seed_resources(cloud: Cloud) -> None:
    """Flavors, an image, a network with a subnet."""
    known = cloud.compute.get('/flavors').json()['flavors']
    for flavor, name, memory, vcpus in FLAVORS:
        if flavor not in {each['id'] for each in known}:
            _make(
                cloud.compute,
                '/flavors',
                'flavor',
                id=flavor,
                name=name,
                ram=memory,
                vcpus=vcpus,
                disk=1,
            )
    if not _find(cloud.image, '/v2/images', 'images', name='lab'):
        _seed_image(cloud.image)
    if not _find(cloud.network, '/v2.0/subnets', 'subnets', name='lab'):
        _seed_network(cloud.network)


def _seed_image(image: adapter.Adapter) -> None:
    answer = image.post(
        '/v2/images',
        json={
            'name': 'lab',
            'disk_format': 'raw',
            'container_format': 'bare',
            'visibility': 'public',
        },
    )
    image.put(
        f'/v2/images/{answer.json()["id"]}/file',
        data=bytes(1024),
        headers={'Content-Type': 'application/octet-stream'},
    )


def _seed_network(network: adapter.Adapter) -> None:
    uuid = _make(network, '/v2.0/networks', 'network', name='lab', shared=True)
    _make(
        network,
        '/v2.0/subnets',
        'subnet',
        name='lab',
        network_id=uuid,
        cidr=SUBNET,
        ip_version=4,
    )


def _find(
    api: adapter.Adapter, path: str, key: str, **query: str
) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = api.get(path, params=query).json()[key]
    return found


def _make(api: adapter.Adapter, path: str, key: str, **fields: object) -> str:
    """POST a new thing; its id."""
    made: str = api.post(path, json={key: fields}).json()[key]['id']
    return made

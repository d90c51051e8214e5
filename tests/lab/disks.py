# SPDX-License-Identifier: Apache-2.0
"""The local disks of guests, and the snapshots that were taken of them.

A guest writes to its disk; what it finds there at the end says what was
lost, whatever nova and nova-ha believe.
"""

from tests.lab.cloud import Cloud
from tests.lab.lab import Lab
from tests.lab.waiting import wait_until


def contents(lab: Lab, uuid: str) -> str:
    """What a guest finds on its disk, on the host that nova says.

    Without the zeros that its image is made of.
    """
    server = lab.cloud.server(uuid)
    host = lab.host(server['OS-EXT-SRV-ATTR:host'])
    return (host.disk(uuid) or b'').strip(b'\0').decode()


def images(cloud: Cloud, uuid: str) -> dict[str, str]:
    """The images that were taken of an instance, with their states."""
    found = cloud.image.get(
        '/v2/images', params={'instance_uuid': uuid, 'visibility': 'all'}
    ).json()['images']
    return {each['id']: each['status'] for each in found}


def take(
    cloud: Cloud, uuid: str, action: str = 'createImage', **more: object
) -> str:
    """Have nova take an image of an instance, and wait for it; its uuid.

    :param action: createImage or createBackup, with what it needs ``more``.
    :raises DeadlinePassed: there was none in time.
    """
    known = set(images(cloud, uuid))
    cloud.act(uuid, action, name=f'{action} of {uuid}', **more)

    def new() -> list[str]:
        return [
            image
            for image, status in images(cloud, uuid).items()
            if image not in known and status == 'active'
        ]

    return wait_until(new, 60, f'an image of {uuid}')[0]


def rebuilds(cloud: Cloud, uuid: str) -> int:
    """How often nova was asked to rebuild it, evacuations not counted."""
    actions = cloud.compute.get(f'/servers/{uuid}/os-instance-actions')
    return [
        each['action'] for each in actions.json()['instanceActions']
    ].count('rebuild')

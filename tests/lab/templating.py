# SPDX-License-Identifier: Apache-2.0
"""The configuration files, from templates."""

import pathlib
import string

from tests.lab import config

TEMPLATES = config.PACKAGE / 'templates'


def render(template: str, /, **values: object) -> str:
    """The text of ``templates/<template>`` with every ``$name`` filled in.

    :raises KeyError: the template has a name that is not in ``values``.
    """
    text = (TEMPLATES / template).read_text()
    return string.Template(text).substitute(values)


def write(path: pathlib.Path, text: str, mode: int = 0o600) -> None:
    """Write a file, readable by its owner only unless told otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text)


def common(lab: config.LabConfig) -> dict[str, object]:
    """The values that most templates have a use for."""
    ports = lab.ports
    address = lab.address
    return {
        'address': address,
        'cloud': lab.cloud,
        'etc': lab.etc,
        'run': lab.run,
        'state': lab.state,
        'password': lab.password,
        'region': config.REGION,
        'keystone': lab.keystone_url,
        'glance': f'http://{address}:{ports.glance}',
        'memcached': f'{address}:{ports.memcached}',
        'transport': f'rabbit://guest:guest@{address}:{ports.rabbitmq}/',
    }


def authtoken(lab: config.LabConfig) -> str:
    """The section by which an API checks tokens."""
    return render('authtoken.conf', **common(lab))


def credentials(lab: config.LabConfig, section: str) -> str:
    """A section by which one service logs in to use another."""
    return render('credentials.conf', section=section, **common(lab))

# SPDX-License-Identifier: Apache-2.0
"""The REST API of the lab's fencers, and how people get at it."""

from collections.abc import Mapping
import configparser

from tests.lab import config
from tests.lab import templating
from tests.lab.services.base import answers
from tests.lab.services.fencer import Fencer
from tests.lab.waiting import wait_until

CLOUD = 'nova-ha-lab'
"""In clouds.yaml, the cloud that ``openstack ha`` is used with."""

TIMEOUT = 60.0
"""Seconds for the API to answer, once its fencer runs."""

Options = Mapping[str, Mapping[str, object]]


def options(lab: config.LabConfig, address: str, port: int) -> Options:
    """What a fencer's nova-ha.conf has for it, by group.

    :param address: where it listens; the fencer's own.
    """
    if not lab.api:
        return {}
    section = configparser.RawConfigParser()
    section.read_string(templating.authtoken(lab))
    return {
        'api': {'enabled': 'true', 'bind_host': address, 'bind_port': port},
        **{name: dict(section[name]) for name in section.sections()},
    }


def write_clouds(lab: config.LabConfig) -> None:
    """Write clouds.yaml: the administrator, on the system and in a project.

    nova-ha shows the whole cloud to roles on the system; nova wants a
    project for nearly everything.
    """
    text = templating.render(
        'clouds.yaml', name=CLOUD, **templating.common(lab)
    )
    templating.write(lab.clouds_file, text)


def environment(
    lab: config.LabConfig, outer: Mapping[str, str]
) -> dict[str, str]:
    """What a shell has in which that file is used.

    :param outer: what it has had before; its cloud is kept, and nothing else
        of how it logs in.
    """
    kept = {
        name: value
        for name, value in outer.items()
        if name == 'OS_CLOUD' or not name.startswith('OS_')
    }
    return {
        'OS_CLOUD': CLOUD,
        **kept,
        'OS_CLIENT_CONFIG_FILE': str(lab.clouds_file),
    }


def register(lab: config.LabConfig, fencer: Fencer) -> None:
    """Have the catalogue name it.

    :raises LabError: nova-ha-manage failed.
    """
    fencer.manage(
        *('catalog', 'register', '--region', config.REGION),
        *('--public-url', lab.api_url),
    )


def wait_served(lab: config.LabConfig) -> None:
    """Wait until it answers.

    :raises LabError: it does not in time.
    """
    host, _, port = lab.api_url.removeprefix('http://').partition(':')
    wait_until(
        lambda: answers(host, int(port)),
        TIMEOUT,
        f'the REST API at {lab.api_url} to answer',
    )

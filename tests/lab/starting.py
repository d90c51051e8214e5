# SPDX-License-Identifier: Apache-2.0
"""Bringing the lab up, in the order in which its parts need one another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.lab import install
from tests.lab import readiness
from tests.lab import rest_api
from tests.lab import seeding
from tests.lab.databases import Databases
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress
from tests.lab.services.base import Service

if TYPE_CHECKING:
    from tests.lab.lab import Lab


def start(lab: 'Lab', progress: Progress) -> None:
    """Start what does not run, and wait until it can be used."""
    lab.ready_marker.unlink(missing_ok=True)
    install.install_cloud(lab.config, progress)
    if lab.stack:
        # The last that needs the Internet, which the lab's network has not.
        lab.stack.install(progress)
        lab.stack.network.make()
        lab.stack.network.enter()
    _prepare(lab)
    if lab.stack:
        with progress.step('machines and their BMCs'):
            lab.stack.boot(list(lab.hosts.values()))
    # These take their time while the databases are made.
    _launch([lab.epmd, lab.rabbitmq, lab.memcached])
    owners = [each for each in lab.services if each.has_schema]
    Databases(lab.config, lab.mariadb).make(owners, progress)
    _start(lab.infrastructure, progress)
    _start(lab.apis, progress)
    with progress.step('users and catalogue'):
        seeding.seed_identity(lab.config, lab.cloud)
        rest_api.write_clouds(lab.config)
    # nova needs placement to start, and the hosts need the conductor.
    _start(lab.nova, progress)
    if lab.stack:
        _start_cluster(lab, lab.stack, progress)
    else:
        with progress.step('BMCs and compute hosts'):
            _start_hosts(lab)
            lab.wait_ready()
    with progress.step('flavors, image, network'):
        seeding.seed_resources(lab.cloud)
    if lab.config.api:
        with progress.step('the REST API of nova-ha'):
            _serve_api(lab)
    lab.ready_marker.touch()
    _tell_hosts_away(lab, progress)


def _prepare(lab: 'Lab') -> None:
    for directory in ('run', 'log', 'state/home'):
        (lab.config.base / directory).mkdir(parents=True, exist_ok=True)
    for service in lab.services:
        service.prepare()
    for host in lab.hosts.values():
        host.prepare()
    if lab.stack:
        lab.stack.prepare(list(lab.hosts.values()))


def _start(services: Sequence[Service], progress: Progress) -> None:
    with progress.step(', '.join(service.name for service in services)):
        _launch(services)
        readiness.wait_for_services(services)


def _launch(services: Sequence[Service]) -> None:
    for service in services:
        if not service.running():
            service.start()


def _start_hosts(lab: 'Lab') -> None:
    for host in lab.hosts.values():
        if not host.bmc.pid():
            host.bmc.launch()
    for host in lab.hosts_on:
        host.start_compute()
    readiness.wait_for_bmcs(lab.hosts.values())


def _start_cluster(lab: 'Lab', stack: Stack, progress: Progress) -> None:
    with progress.step('the store of nova-ha'):
        lab.fencer.synchronise()
    with progress.step('cluster'):
        stack.form(list(lab.hosts.values()))
    with progress.step('fencers and compute services, by Pacemaker'):
        stack.wait_started(lab.hosts_on)
        lab.wait_ready()


def _serve_api(lab: 'Lab') -> None:
    """Pacemaker has started the fencers by now, where there is one."""
    if not lab.fencer.running():
        lab.start_fencer()
    rest_api.register(lab.config, lab.fencer)
    rest_api.wait_served(lab.config)


def _tell_hosts_away(lab: 'Lab', progress: Progress) -> None:
    for host in lab.hosts.values():
        if host not in lab.hosts_on:
            why = 'crashed' if host.crashed() else 'powered off'
            progress.say(f'  {host.name} is {why}, and is left so')

# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.lab``: the lab from the command line."""

import argparse
import sys
import time

from tests.lab import status
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.progress import Progress


def tell_which(lab: Lab) -> None:
    """Several labs may run on a machine: name the one meant."""
    config = lab.config
    print(f'lab {config.base}, ports from {config.port_base}')


def up(lab: Lab, _arguments: argparse.Namespace) -> None:
    tell_which(lab)
    started = time.monotonic()
    lab.up(Progress())
    print(f'ready after {time.monotonic() - started:.1f} s')


def down(lab: Lab, arguments: argparse.Namespace) -> None:
    tell_which(lab)
    lab.down(Progress(), wipe=arguments.wipe)


def show_status(lab: Lab, _arguments: argparse.Namespace) -> None:
    tell_which(lab)
    print(status.table(lab))


def fail(lab: Lab, arguments: argparse.Namespace) -> None:
    lab.host(arguments.host).crash()
    print(f'{arguments.host} hangs: nova-compute is gone, its guests run on')


def power_on(lab: Lab, arguments: argparse.Namespace) -> None:
    host = lab.host(arguments.host)
    if host.power_state() == 'on':
        crashed = ', and hangs: power-off it first' if host.crashed() else ''
        raise LabError(f'{host.name} is on{crashed}')
    host.power_on()
    print(f'{host.name} is on')


def power_off(lab: Lab, arguments: argparse.Namespace) -> None:
    lab.host(arguments.host).power_off()
    print(f'{arguments.host} is off')


def restart_compute(lab: Lab, arguments: argparse.Namespace) -> None:
    lab.host(arguments.host).restart_compute()
    print(f'nova-compute of {arguments.host} was restarted')


def logs(lab: Lab, arguments: argparse.Namespace) -> None:
    print(lab.log_tail(arguments.name, arguments.lines))


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog='lab', description='A small OpenStack cloud on this machine.'
    )
    commands = root.add_subparsers(dest='command', required=True)

    commands.add_parser('up', help='start it').set_defaults(run=up)
    command = commands.add_parser('down', help='stop it')
    command.add_argument(
        '--wipe', action='store_true', help='remove its state as well'
    )
    command.set_defaults(run=down)
    command = commands.add_parser('status', help='what runs, and where')
    command.set_defaults(run=show_status)
    for name, run, text in (
        ('fail', fail, 'the host hangs: no nova-compute, guests run on'),
        ('power-off', power_off, 'switch the host off'),
        ('power-on', power_on, 'switch the host on; it boots'),
        ('restart-compute', restart_compute, "restart the host's service"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument('host', metavar='HOST')
        command.set_defaults(run=run)
    command = commands.add_parser('logs', help='the end of a log')
    command.add_argument('name', metavar='NAME')
    command.add_argument('-n', '--lines', type=int, default=40)
    command.set_defaults(run=logs)
    return root


def main() -> int:
    arguments = parser().parse_args()
    try:
        arguments.run(Lab(), arguments)
    except LabError as error:
        print(f'lab: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())

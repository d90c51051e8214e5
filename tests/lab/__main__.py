# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.lab``: the lab from the command line."""

import argparse
from collections.abc import Sequence
import dataclasses
import os
import pathlib
import sys
import time

from tests.lab import borrowing
from tests.lab import choice
from tests.lab import rest_api
from tests.lab import status
from tests.lab.config import LabConfig
from tests.lab.errors import LabError
from tests.lab.lab import Lab
from tests.lab.pacemaker.machine import Machine
from tests.lab.pacemaker.stack import Stack
from tests.lab.progress import Progress
from tests.lab.scenarios import catalogue
from tests.lab.scenarios import report
from tests.lab.scenarios.runner import Runner
from tests.lab.walkthrough import pages
from tests.lab.walkthrough import run as walkthrough


def tell_which(lab: Lab) -> None:
    """Several labs may run on a machine: name the one meant."""
    config = lab.config
    print(f'lab {config.base}, ports from {config.port_base}')


def up(lab: Lab, _arguments: argparse.Namespace) -> None:
    tell_which(lab)
    started = time.monotonic()
    lab.up(Progress())
    print(f'ready after {time.monotonic() - started:.1f} s')
    if lab.config.api:
        print(
            f'REST API {lab.config.api_url}; log in with '
            f'OS_CLIENT_CONFIG_FILE={lab.config.clouds_file} '
            f'OS_CLOUD={rest_api.CLOUD}, or by the command openstack'
        )


def down(lab: Lab, arguments: argparse.Namespace) -> None:
    tell_which(lab)
    lab.down(Progress(), wipe=arguments.wipe)


def show_status(lab: Lab, _arguments: argparse.Namespace) -> None:
    tell_which(lab)
    print(status.table(lab))


def fail(lab: Lab, arguments: argparse.Namespace) -> None:
    lab.host(arguments.host).crash()
    print(f'{arguments.host} hangs; its guests run on')


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


def cut(lab: Lab, arguments: argparse.Namespace) -> None:
    machine(lab, arguments.host).cut()
    print(f'the cable of {arguments.host} is cut')


def heal(lab: Lab, arguments: argparse.Namespace) -> None:
    machine(lab, arguments.host).heal()
    print(f'the cable of {arguments.host} is plugged in')


def reboot(lab: Lab, arguments: argparse.Namespace) -> None:
    machine(lab, arguments.host).reboot()
    print(f'{arguments.host} reboots by itself')


def run_inside(lab: Lab, arguments: argparse.Namespace) -> None:
    done = machine(lab, arguments.host).run(*arguments.words, timeout=600)
    print(done.stdout, end='')
    print(done.stderr, end='', file=sys.stderr)
    if done.returncode:
        raise LabError(f'code {done.returncode}')


def machine(lab: Lab, name: str) -> Machine:
    """The machine of this name, of a lab that has machines."""
    if lab.stack is None:
        raise LabError(
            'only a lab with Pacemaker has machines: up --pacemaker'
        )
    return lab.stack.machine(name, lab.hosts.values())


def run_openstack(lab: Lab, arguments: argparse.Namespace) -> None:
    """Become the client, in the lab's network."""
    if not lab.ready_marker.exists():
        raise LabError('this lab is not up: up --api')
    program = str(pathlib.Path(sys.executable).with_name('openstack'))
    os.execve(
        program,
        [program, *arguments.words],
        rest_api.environment(lab.config, os.environ),
    )


def logs(lab: Lab, arguments: argparse.Namespace) -> None:
    print(lab.log_tail(arguments.name, arguments.lines))


def play_scenarios(lab: Lab, arguments: argparse.Namespace) -> None:
    wanted = catalogue.named(arguments.names)
    tell_which(lab)
    results: list[report.Result] = []

    def play(stack: Stack, progress: Progress) -> bool:
        runner = Runner(lab, stack, arguments.report, progress)
        results.extend(runner.run(wanted))
        return all(result.outcome != 'failed' for result in results)

    good = borrowing.borrow(lab, 'the command scenarios', play)
    print(f'\n{report.table(results)}\n')
    print(f'Transcripts are in {report.transcripts(arguments.report)}.')
    if not good:
        raise LabError('not every scenario ended as it must, see above')


def walk_through(lab: Lab, arguments: argparse.Namespace) -> None:
    tell_which(lab)

    def play(stack: Stack, progress: Progress) -> bool:
        walkthrough.run(lab, stack, arguments.into, progress)
        return True

    borrowing.borrow(lab, 'the walk-through', play)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog='lab', description='A small OpenStack cloud on this machine.'
    )
    commands = root.add_subparsers(dest='command', required=True)

    _add_up(commands.add_parser('up', help='start it'))
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
        ('cut', cut, "cut the cable of a machine (with Pacemaker)"),
        ('heal', heal, 'plug it in again'),
        ('reboot', reboot, 'the machine reboots by itself, in no time'),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument('host', metavar='HOST')
        command.set_defaults(run=run)
    command = commands.add_parser(
        'run', help='run a command in a machine: run ctl1 crm_mon -1'
    )
    command.add_argument('host', metavar='MACHINE')
    command.add_argument('words', metavar='COMMAND', nargs=argparse.REMAINDER)
    command.set_defaults(run=run_inside)
    command = commands.add_parser(
        'openstack',
        # All that follows is the client's, options too.
        prefix_chars='\0',
        add_help=False,
        help=f'run the client as the administrator (OS_CLOUD='
        f'{rest_api.CLOUD}): openstack ha host list',
    )
    command.add_argument('words', metavar='WORD', nargs=argparse.REMAINDER)
    command.set_defaults(run=run_openstack)
    command = commands.add_parser(
        'scenarios', help='let hosts fail in many ways; needs Pacemaker'
    )
    command.add_argument(
        'names',
        metavar='NAME',
        nargs='*',
        help='names or numbers; all if none',
    )
    _add_cluster(command)
    command.add_argument(
        '--report',
        metavar='FILE',
        type=pathlib.Path,
        default=pathlib.Path('scenarios.json'),
        help='where to write it; the transcripts go to a directory beside '
        'it (default: %(default)s)',
    )
    command.set_defaults(run=play_scenarios)
    command = commands.add_parser(
        'walkthrough',
        help='install nova-ha from its wheel by the guide, and use it '
        'through real failures as the page for people says; needs Pacemaker '
        'and a package index',
    )
    command.add_argument(
        '--into',
        metavar='DIRECTORY',
        type=pathlib.Path,
        default=pages.TRANSCRIPTS,
        help='where the transcripts are written (default: beside the page)',
    )
    command.set_defaults(run=walk_through)
    command = commands.add_parser('logs', help='the end of a log')
    command.add_argument('name', metavar='NAME')
    command.add_argument('-n', '--lines', type=int, default=40)
    command.set_defaults(run=logs)
    return root


def _add_up(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        '--pacemaker',
        action='store_true',
        help='with a Pacemaker cluster, which starts the compute services '
        'and the fencers; the lab remembers it until it is wiped',
    )
    _add_cluster(command)
    command.add_argument(
        '--api',
        action='store_true',
        help="with nova-ha's REST API: its fencer serves it, keystone's "
        'catalogue has it, and clouds.yaml in the directory of the lab is '
        "there to log in by; the lab remembers it until it is wiped",
    )
    command.set_defaults(run=up)


def _add_cluster(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        '--controllers', type=int, choices=(1, 3), help='how many it has'
    )
    command.add_argument(
        '--wiring',
        type=int,
        choices=(1, 2),
        help='1: Pacemaker fences compute hosts through nova-ha alone; '
        '2: through fence_ipmilan, with nova-ha behind it',
    )


#: These bring the lab up, which enters its network by itself.
_MAY_START = ('up', 'scenarios', 'walkthrough')
_NEED_PACEMAKER = ('scenarios', 'walkthrough')


def which_lab(arguments: argparse.Namespace) -> Lab:
    """The lab as it is remembered, or as it is wished for."""
    config = choice.remembered(LabConfig.from_environment())
    if arguments.command in _MAY_START:
        wished = {
            key: getattr(arguments, key)
            for key in ('controllers', 'wiring')
            if getattr(arguments, key, None)
        }
        if arguments.command in _NEED_PACEMAKER and not config.state.exists():
            wished.setdefault('controllers', 1)
        if wished or getattr(arguments, 'pacemaker', False):
            wished.setdefault('controllers', config.controllers or 1)
        if getattr(arguments, 'api', False):
            wished['api'] = True
        config = dataclasses.replace(config, **wished)
    if arguments.command == 'walkthrough' and not config.state.exists():
        computes = max(config.computes, walkthrough.COMPUTES)
        config = dataclasses.replace(config, computes=computes)
    if arguments.command == 'scenarios':
        config = large_enough(
            with_api(config, arguments.names), arguments.names
        )
    lab = Lab(config)
    if arguments.command not in _MAY_START:
        lab.enter()
    return lab


def large_enough(config: LabConfig, names: Sequence[str]) -> LabConfig:
    """With as many compute hosts as the scenarios of these names ask for.

    A lab that is up stays as it is, and those that it is too small for are
    skipped.

    :raises LabError: there is none of a name.
    """
    if not names or Lab(config).ready_marker.exists():
        return config
    wanted = catalogue.computes(catalogue.named(names))
    return dataclasses.replace(config, computes=max(config.computes, wanted))


def with_api(config: LabConfig, names: Sequence[str]) -> LabConfig:
    """With the REST API, if one of the scenarios of these names needs it.

    A lab that remembers what it was brought up with stays as it is.

    :raises LabError: there is none of a name.
    """
    if config.api or config.state.exists():
        return config
    return dataclasses.replace(
        config, api=catalogue.api(catalogue.named(names))
    )


def main() -> int:
    arguments = parser().parse_args()
    try:
        arguments.run(which_lab(arguments), arguments)
    except LabError as error:
        print(f'lab: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())

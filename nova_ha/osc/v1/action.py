# SPDX-License-Identifier: Apache-2.0
"""openstack ha recovery create, retry, cancel, ...: a person's word."""

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
import sys
from typing import Any
from typing import ClassVar

from osc_lib import exceptions

from nova_ha.osc import arguments
from nova_ha.osc import commands
from nova_ha.osc import finding
from nova_ha.osc import following
from nova_ha.osc import progress
from nova_ha.osc import watching

SHOWN = ('uuid', 'host', 'state', 'state_since', 'message')


class _Answering(commands.ShowOne):
    """Shows the recovery that the service answers with."""

    def answered(
        self, recovery: Mapping[str, Any], args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Return what take_action has to, after the wait that was wished."""
        if getattr(args, 'wait', False):
            recovery = self._waited(recovery['uuid'], args)
        return self.shown({key: recovery.get(key) for key in SHOWN})

    def _waited(self, uuid: str, args: argparse.Namespace) -> Any:
        every = following.recovery(self.client, uuid, arguments.pace(args))
        self.exit_code, answer = watching.watch(every, None, args.until)
        advice = progress.advice(answer['recovery'])
        if self.exit_code and advice:
            self.app.stderr.write(f'{advice}\n')
        return answer['recovery']


class _Action(_Answering):
    """Does something about a recovery.

    :cvar VERB: of the API.
    :cvar TAKES_TIME: there is something to wait for.
    """

    VERB: ClassVar[str]
    TAKES_TIME: ClassVar[bool] = True

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_recovery(parser)
        if self.TAKES_TIME:
            arguments.add_wait(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        uuid = finding.recovery(self.client, parsed_args.recovery)
        return self.act(uuid, parsed_args)

    def act(
        self, uuid: str, args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Do it to the recovery that was found."""
        answer = self.client.post('recoveries', uuid, self.VERB)
        return self.answered(answer['recovery'], args)


class RetryRecovery(_Action):
    """Try again what has failed in a recovery.

    The power-off, or the evacuation of the instances that stayed behind.
    """

    VERB = 'retry'


class CancelRecovery(_Action):
    """End a recovery; what nova was told stays told.

    The host stays forced down and disabled in nova, for you to take back.
    """

    VERB = 'cancel'
    TAKES_TIME = False


class ReleaseRecovery(_Action):
    """Overrule the guards that hold the evacuations of a recovery back.

    That is good for this incident only.
    """

    VERB = 'release'


class LetReturn(_Action):
    """Let a host in again that is kept out since it failed again and again."""

    VERB = 'let-return'


class ConfirmOff(_Action):
    """Give your word that the host of a recovery is off.

    Its instances are then started elsewhere, and their disks would be
    destroyed if it still ran. See with your own eyes, or cut its power. At a
    terminal you are asked once more.
    """

    VERB = 'confirm-off'

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        _add_yes(parser)
        return parser

    def act(
        self, uuid: str, args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Do it, once the person has thought twice."""
        if not args.yes:
            _ask(self.client.get('recoveries', uuid)['recovery']['host'])
        return super().act(uuid, args)


class CreateRecovery(_Answering):
    """Begin the recovery of a host that you know to be dead.

    With "--off driver" the host is powered off by its power devices, whether
    it runs or not, and its instances are evacuated as soon as off has been
    verified. With "--off confirmed" you give your word that it is off:
    if it still ran, the disks of its instances would be destroyed.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        arguments.add_host_in_full(parser)
        parser.add_argument(
            '--off',
            choices=('driver', 'confirmed'),
            required=True,
            help='What makes it certain that the host is off: driver, it is '
            'powered off now and that is verified; confirmed, your word.',
        )
        parser.add_argument(
            '--reason',
            metavar='<text>',
            required=True,
            help='Why, for all who see the recovery later.',
        )
        _add_yes(parser)
        arguments.add_wait(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        if parsed_args.off == 'confirmed' and not parsed_args.yes:
            _ask(parsed_args.host)
        answer = self.client.post(
            'recoveries',
            host=parsed_args.host,
            off=parsed_args.off,
            reason=parsed_args.reason,
        )
        return self.answered(answer['recovery'], parsed_args)


def _add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--yes',
        action='store_true',
        help='Do not ask at the terminal whether the host has been seen off.',
    )


def _ask(host: str) -> None:
    """Let a person at a terminal think twice.

    :raises exceptions.CommandError: they did.
    """
    if not sys.stdin.isatty():
        return
    sys.stderr.write(
        f'If {host} still runs, two copies of its instances will write to '
        'the same disks.\nHave you seen that it is off? Type yes: '
    )
    sys.stderr.flush()
    if sys.stdin.readline().strip() != 'yes':
        raise exceptions.CommandError('Not confirmed; nothing was done.')

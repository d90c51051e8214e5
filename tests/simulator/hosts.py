# SPDX-License-Identifier: Apache-2.0
"""Machines with a BMC, and the power driver that talks to it."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime

from nova_ha.recovery import errors
from nova_ha.recovery.deadline import Deadline
from nova_ha.recovery.model import Host
from nova_ha.recovery.model import OffProof
from nova_ha.recovery.model import PowerDevice
from nova_ha.recovery.ports import PowerCheck
from nova_ha.recovery.states import PowerState
from tests.simulator.ledger import Ledger
from tests.simulator.timeline import Timeline

TRIES_EVERY = 1.0


class SimHost:
    """A machine: its power, its nova-compute and the guests that run.

    :ivar bmc: ok, dead, stuck (says ok but stays on) or auth (refuses).
    :ivar runs: grows with every start of nova-compute, so that work begun
        before it can be told to be lost.
    :ivar started_at: when nova-compute was last started.
    :ivar changed: called when the machine dies or is booted.
    """

    def __init__(self, name: str, timeline: Timeline) -> None:
        self.name = name
        self._timeline = timeline
        self.on = True
        self.bmc = 'ok'
        self.off_takes = 0.2
        self.computing = False
        self.reporting = True
        self.runs = 0
        self.guests: set[str] = set()
        self.power: list[tuple[datetime.datetime, bool]] = [
            (timeline.now(), True)
        ]
        self.seen_on: datetime.datetime | None = None
        self.started_at: datetime.datetime | None = None
        self.panicked = False
        self.changed: Callable[[], None] = lambda: None

    def switch_off(self) -> None:
        was_on, self.on = self.on, False
        if was_on:
            self.power.append((self._timeline.now(), False))
        self.die()
        self.guests.clear()
        if was_on:
            self.changed()

    def switch_on(self) -> None:
        if not self.on:
            self.on = True
            self.panicked = False
            self.power.append((self._timeline.now(), True))
            self.changed()

    def die(self) -> None:
        """nova-compute ends; guests may well run on."""
        self.computing = False

    def panic(self) -> None:
        """The kernel stops; power stays on."""
        self.die()
        self.guests.clear()
        self.panicked = True
        self.changed()

    def was_off(
        self, since: datetime.datetime, until: datetime.datetime
    ) -> bool:
        """Whether it was off at any moment in between."""
        state = True
        for at, on in self.power:
            if at > until:
                break
            if at < since:
                state = on
            elif not on:
                return True
        return not state


class SimPower:
    """Satisfies :class:`nova_ha.recovery.ports.PowerDriver`."""

    def __init__(
        self, hosts: Mapping[str, SimHost], timeline: Timeline, ledger: Ledger
    ) -> None:
        self._hosts = hosts
        self._timeline = timeline
        self._ledger = ledger

    def power_off(self, host: Host, deadline: Deadline) -> OffProof:
        """Try until the deadline, as real drivers do."""
        machine = self._hosts[host.name]
        self._ledger.act('power_off', host.name)
        while True:
            try:
                return self._off(machine, deadline)
            except errors.PowerError as e:
                left = deadline.remaining()
                if not isinstance(e, errors.Retriable) or not left:
                    raise
                self._timeline.sleep(min(TRIES_EVERY, left))

    def _off(self, machine: SimHost, deadline: Deadline) -> OffProof:
        self._require_answer(machine)
        was_running = machine.on
        if machine.on:
            if deadline.remaining() < machine.off_takes:
                self._timeline.sleep(deadline.remaining())
                raise errors.PowerStuck(f'{machine.name} is still on')
            self._timeline.sleep(machine.off_takes)
            self._require_answer(machine)
            if machine.bmc == 'stuck':
                raise errors.PowerStuck(f'{machine.name} stays on')
            machine.switch_off()
        return OffProof(
            host=machine.name,
            method='sim',
            witness=f'BMC of {machine.name}',
            verified_at=self._timeline.now(),
            was_running=was_running,
        )

    def power_on(self, host: Host, deadline: Deadline) -> None:
        machine = self._hosts[host.name]
        self._require_answer(machine)
        self._ledger.act('power_on', host.name)
        machine.switch_on()

    def power_state(self, host: Host, deadline: Deadline) -> PowerState:
        machine = self._hosts[host.name]
        if machine.bmc == 'dead':
            self._timeline.sleep(deadline.remaining())
        self._require_answer(machine)
        if machine.on:
            machine.seen_on = self._timeline.now()
        return PowerState.ON if machine.on else PowerState.OFF

    def check(
        self, host: Host, device: PowerDevice, deadline: Deadline
    ) -> PowerCheck:
        return PowerCheck(self.power_state(host, deadline), 'administrator')

    def _require_answer(self, machine: SimHost) -> None:
        if machine.bmc == 'dead':
            raise errors.PowerUnreachable(f'{machine.name}: no answer')
        if machine.bmc == 'auth':
            raise errors.PowerAuthError(f'{machine.name}: wrong password')


class SimHosts:
    """Satisfies :class:`nova_ha.recovery.ports.Hosts`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._hosts = {
            name: Host(name, f'node-{name}', (PowerDevice('sim'),))
            for name in names
        }

    def get(self, name: str) -> Host:
        for host in self._hosts.values():
            if name in (host.name, host.node):
                return host
        raise errors.UnknownHost(f'the hosts file does not name {name}')

    def all(self) -> Sequence[Host]:
        return list(self._hosts.values())

    def problem(self) -> str:
        return ''

    def reserve(self, name: str) -> None:
        self._hosts[name] = dataclasses.replace(
            self._hosts[name], reserved=True
        )

    def remove(self, name: str) -> None:
        del self._hosts[name]

# SPDX-License-Identifier: Apache-2.0
"""A real Pacemaker: nothing that it does is done by hand."""

from collections.abc import Iterator
import contextlib
import time

from tests.lab import recovery
from tests.lab.demo import timeline
from tests.lab.demo.manager import Fence
from tests.lab.demo.stage import PacemakerStage
from tests.lab.demo.timeline import seconds_of
from tests.lab.pacemaker.cluster import SERVICES
from tests.lab.pacemaker.configuration import GATE
from tests.lab.pacemaker.crm_mon import View
from tests.lab.scenarios import figures
from tests.lab.scenarios import witnesses
from tests.lab.waiting import wait_until

NOTICES_WITHIN = 60.0
"""Seconds; it takes Pacemaker about seven."""
POWERED_ON_WITHIN = 60.0
"""Seconds that nova-ha may take to power on an evacuated host."""


class Pacemaker:
    """Watches what Pacemaker does."""

    events = timeline.EVENTS_WITH_PACEMAKER

    def __init__(self, stage: PacemakerStage) -> None:
        self.began = 0.0
        self._host = stage.host
        self._stack = stage.stack
        self._say = stage.progress.say
        self._noticed: float | None = None

    def fail(self) -> str:
        """The host hangs: whatever would answer Pacemaker does so, too."""
        self.began = time.time()
        self._host.crash()
        return 'neither nova-compute nor pacemaker_remoted answers'

    @contextlib.contextmanager
    def fencing(self) -> Iterator[None]:
        """Wait until Pacemaker has noticed; it asks for the fence itself."""
        self._say('Nobody is told. Pacemaker has to find out.')
        self._noticed = wait_until(
            self._look_for_notice,
            NOTICES_WITHIN,
            f'Pacemaker to notice that {self._host.name} has failed',
            0.3,
        )
        self._say(
            f'Pacemaker has noticed after {self._noticed - self.began:.1f} s, '
            'and decides.'
        )
        yield

    def _look_for_notice(self) -> float | None:
        """When the first controller logged that something is wrong."""
        lines = [
            line
            for controller in self._stack.controllers
            for line in witnesses.pacemaker(controller.log, self.began)
        ]
        name = self._host.name
        seen = figures.of(name, self.began, lines, (), (), ()).noticed
        return None if seen is None else self.began + seen

    def fence(self, found: recovery.Json | None) -> Fence | None:
        """As the fencer has it on record."""
        if found is None:
            return None
        answers = [
            seconds_of(event['at'])
            for event in found['events']
            if event['name'] == 'fence_answered'
        ]
        return Fence(
            requested=seconds_of(found['recovery']['requested_at']),
            answered=min(answers, default=None),
            failed=self.began,
            noticed=self._noticed,
        )

    def power_on(self) -> str:
        """Wait for nova-ha to do it, since Pacemaker asked for a reboot."""
        wait_until(
            lambda: self._host.power_state() == 'on',
            POWERED_ON_WITHIN,
            f'nova-ha to power {self._host.name} on',
        )
        return (
            'nova-ha has powered the host on, since Pacemaker had asked for '
            'a reboot.\nPacemaker starts its services once the gate is ajar.'
        )

    def view(self) -> str:
        """The gate, and how many services run behind it."""
        view = self._stack.cluster.view()
        return '' if view is None else told(view, self._host.name)

    def help(self, message: str) -> None:
        """nova-ha has Pacemaker restart nova-compute; nobody else does."""


def told(view: View, host: str) -> str:
    """What Pacemaker knows of a host, in words."""
    node = view.nodes.get(host)
    if node is None:
        return ''
    up = sum(host in view.started(name) for name in SERVICES)
    gate = node.attributes.get(GATE, 'open')  # as the gateway has it
    return f'gate {gate}, {up} of {len(SERVICES)} services'

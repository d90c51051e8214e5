# SPDX-License-Identifier: Apache-2.0
"""Pacemaker as a whole: what it knows, and what it can be told.

All of it is asked on a controller that runs, whichever.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import subprocess
from xml.etree import ElementTree as ET

from tests.lab.errors import LabError
from tests.lab.pacemaker import crm_mon
from tests.lab.pacemaker.controllers import Controller
from tests.lab.processes import tail
from tests.lab.waiting import wait_until

SERVICES = ('neutron-ovs-agent', 'ceilometer-compute', 'nova-compute')
"""Of a compute host, in the order in which Pacemaker starts them."""

FENCER = 'nova-ha-fencer'
FENCE_DEVICE = 'nova-ha-fence'

#: What a configuration may be changed in for a while. Not the nodes: their
#: attributes, the gate among them, are changed by others meanwhile.
_CHANGEABLE = ('fencing-topology', 'alerts', 'resources')


class Cluster:
    """The cluster that the controllers form."""

    def __init__(self, controllers: Sequence[Controller]) -> None:
        self.controllers = list(controllers)

    # -- asking

    def view(self) -> crm_mon.View | None:
        """The cluster now; None while nobody can tell."""
        for controller in self.controllers:
            if controller.machine.init() is None:
                continue
            try:
                done = controller.machine.run(
                    'crm_mon', '-1', '--output-as=xml', timeout=20
                )
            except subprocess.TimeoutExpired:
                continue
            if done.returncode == 0:
                try:
                    return crm_mon.parse(done.stdout)
                except ET.ParseError:
                    continue
        return None

    def fencing_history(self, node: str = '*') -> str:
        """As a person would read it."""
        return self.run('stonith_admin', '--history', node, '--verbose')

    def run(self, *command: str, text: str = '', timeout: float = 60) -> str:
        """Run a command on a controller that is up; its output.

        :raises LabError: it failed; with what it said.
        """
        machine = self._any().machine
        try:
            done = machine.run(*command, text=text, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise LabError(
                f'{machine.name}: "{" ".join(command)}" took more than '
                f'{timeout:g} s'
            ) from None
        if done.returncode:
            raise LabError(
                f'{machine.name}: "{" ".join(command)}" failed with code '
                f'{done.returncode}:\n{done.stdout}{done.stderr}'
            )
        return done.stdout

    def _any(self) -> Controller:
        for controller in self.controllers:
            if controller.machine.init() and controller.machine.pids(
                'pacemakerd'
            ):
                return controller
        raise LabError('no controller of the lab runs Pacemaker')

    # -- telling

    def load_crm(self, configuration: str) -> None:
        """Put a configuration, as crm reads it, into effect."""
        self.run(
            *('crm', '-F', 'configure', 'load', 'update', '-'),
            text=configuration,
        )

    def load_xml(self, configuration: str) -> None:
        """Put the <configuration> of a CIB into effect."""
        self.run(
            *('cibadmin', '--modify', '--allow-create'),
            *('--scope', 'configuration', '--xml-pipe'),
            text=configuration,
        )

    @contextlib.contextmanager
    def changed(self, configuration: str) -> Iterator[None]:
        """Within, the cluster is configured otherwise; then as before.

        :param configuration: as load_xml takes it, of resources, fencing
            levels and alerts only.
        """
        before = [
            (scope, self.run('cibadmin', '--query', '--scope', scope))
            for scope in _CHANGEABLE
        ]
        self.load_xml(configuration)
        try:
            yield
        finally:
            for scope, text in before:
                self.run(
                    *('cibadmin', '--replace', '--scope', scope),
                    '--xml-pipe',
                    text=text,
                )

    def confirm_off(self, node: str) -> None:
        """A person says that a node is off: ``stonith_admin --confirm``."""
        self.run('stonith_admin', '--confirm', node)

    def stop_resource(self, resource: str) -> None:
        """Have a resource stopped until it is told otherwise.

        The connection of a compute host is one: planned work on the host.
        """
        self.run(
            *('crm_resource', '--resource', resource, '--meta'),
            *('--set-parameter', 'target-role'),
            *('--parameter-value', 'Stopped'),
        )

    def start_resource(self, resource: str) -> None:
        """Let it run again."""
        self.run(
            *('crm_resource', '--resource', resource, '--meta'),
            *('--delete-parameter', 'target-role'),
        )

    def restart_on(self, resource: str, node: str) -> None:
        """Let Pacemaker restart a resource on one node.

        A failure that is no failure: Pacemaker stops and starts what it is
        told has failed. It gives a node up at the third, and the real ones
        count, too: they are forgotten first.
        """
        self.run('crm_resource', '--cleanup', '-r', resource, '-N', node)
        self.run('crm_resource', '--fail', '-r', resource, '-N', node)

    def forget_failures(self) -> None:
        """Fail-counts, failed actions and the fencing history."""
        self.run('crm_resource', '--cleanup')
        self.run('stonith_admin', '--cleanup', '--history', '*')

    def set_attribute(self, node: str, name: str, value: str) -> None:
        """A permanent one."""
        self.run(
            *('crm_attribute', '--node', node, '--name', name),
            *('--update', value, '--lifetime', 'forever'),
        )

    # -- waiting

    def wait_formed(self, timeout: float = 60) -> None:
        """Wait until all controllers are members and one decides.

        :raises LabError: with the end of what Pacemaker logged.
        """
        names = {each.name for each in self.controllers}

        def formed() -> bool:
            view = self.view()
            return (
                view is not None
                and bool(view.dc)
                and names
                <= {name for name, node in view.nodes.items() if node.online}
            )

        self._wait(formed, timeout, 'the controllers to form a cluster')

    def wait_started(
        self,
        hosts: Collection[str],
        timeout: float = 180,
        resources: Collection[str] = SERVICES,
    ) -> None:
        """Wait until these resources run on all of these nodes."""

        def started() -> bool:
            view = self.view()
            return view is not None and all(
                set(hosts) <= view.started(name) for name in resources
            )

        what = f'{", ".join(resources)} to run on {", ".join(sorted(hosts))}'
        self._wait(started, timeout, what)

    def _wait(
        self, check: Callable[[], bool], timeout: float, what: str
    ) -> None:
        try:
            wait_until(check, timeout, what, 0.3)
        except LabError as error:
            raise LabError(f'{error}\n{self._why()}') from None

    def _why(self) -> str:
        for controller in self.controllers:
            if controller.machine.init():
                told = controller.machine.run('crm_mon', '-1', '-rfnA').stdout
                log = controller.log
                return f'{told}\nThe end of {log}:\n{tail(log)}'
        return 'no controller runs'

# SPDX-License-Identifier: Apache-2.0
"""Pacemaker's own tools on a CIB in a file, with our agents installed.

The agents are where the tools look for them, in a mount namespace of the
command alone: nothing is installed on the machine.
"""

import os
import pathlib
import shutil
import subprocess
from xml.etree import ElementTree as ET

ROOT = pathlib.Path(__file__).parents[3]
PROGRAMS = (
    'pcs',
    'crm',
    'cibadmin',
    'crm_simulate',
    'crm_verify',
    'unshare',
)

EMPTY = """\
<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1"
     num_updates="0" admin_epoch="0" have-quorum="1">
  <configuration>
    <crm_config/>
    <nodes>{nodes}</nodes>
    <resources/>
    <constraints/>
  </configuration>
  <status/>
</cib>
"""

OWN = (
    '<primitive id="{id}" class="stonith" type="{agent}">'
    '<instance_attributes id="{id}-parameters">'
    '<nvpair id="{id}-list" name="pcmk_host_list" value="{nodes}"/>'
    '</instance_attributes></primitive>'
)

ALONE = ('unshare', '--mount', '--propagation', 'private')

# Both directories with the agents on top, seen by this command only.
INSTALLED = """\
set -e
upper=$1 root=$2
shift 2
mount -t tmpfs agents "$upper"
mkdir "$upper/sbin" "$upper/sbin-work" "$upper/ocf" "$upper/ocf-work"
mkdir "$upper/ocf/nova-ha"
ln -s "$root/pacemaker/fence_nova_ha" "$upper/sbin/fence_nova_ha"
ln -s "$root/pacemaker/ocf/fencer" "$upper/ocf/nova-ha/fencer"
mount -t overlay agents /usr/sbin \\
    -o "lowerdir=/usr/sbin,upperdir=$upper/sbin,workdir=$upper/sbin-work"
mount -t overlay agents /usr/lib/ocf/resource.d -o \\
"lowerdir=/usr/lib/ocf/resource.d,upperdir=$upper/ocf,workdir=$upper/ocf-work"
exec "$@"
"""


def missing():
    """Return the programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Cluster:
    """A cluster that exists as a file.

    :ivar file: its CIB.
    """

    def __init__(self, directory, controllers, own):
        self.file = directory / 'cib.xml'
        self._directory = directory
        nodes = ''.join(
            f'<node id="{number}" uname="{name}"/>'
            for name, number in controllers
        )
        self.file.write_text(EMPTY.format(nodes=nodes), encoding='utf-8')
        for name, (agent, targets) in own.items():
            xml = OWN.format(id=name, agent=agent, nodes=targets)
            self.run(
                *('cibadmin', '--modify', '--allow-create'),
                *('--scope', 'resources', '--xml-text', xml),
            )

    def run(self, *command):
        """Run a command on the CIB and return what it printed.

        :raises AssertionError: it failed.
        """
        done = self.try_to(*command)
        if done.returncode:
            raise AssertionError(
                f'{command}: {done.returncode}\n{done.stdout}\n{done.stderr}'
            )
        return done.stdout

    def try_to(self, *command):
        """Run a command on the CIB; return how it went."""
        upper = self._directory / 'agents'
        upper.mkdir(exist_ok=True)
        inside = ['sh', '-c', INSTALLED, 'sh', str(upper), str(ROOT)]
        return subprocess.run(
            [*ALONE, *inside, *map(str, command)],
            env={
                'CIB_file': str(self.file),
                'HOME': str(self._directory),
                'LC_ALL': 'C',
                'PATH': f'/usr/sbin:/usr/bin:/sbin:/bin:{os.environ["PATH"]}',
                'TMPDIR': str(self._directory),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def load(self, suffix, text):
        """Load a configuration as its documentation says."""
        file = self._directory / f'nova-ha.{suffix}'
        file.write_text(text, encoding='utf-8')
        commands = {
            'pcs': ('sh',),
            'crm': ('crm', '-F', 'configure', 'load', 'update'),
            'xml': (
                *('cibadmin', '--modify', '--allow-create'),
                *('--scope', 'configuration', '--xml-file'),
            ),
        }
        return self.run(*commands[suffix], str(file))

    def planned(self, *events):
        """Let Pacemaker plan and go through what follows on events.

        :param events: options of ``crm_simulate``.
        :return: each action, as ``RESOURCE_ACTION_INTERVAL@NODE``, with all
            that it waits for.
        """
        graph = self._directory / 'graph.xml'
        self.run(
            *('crm_simulate', '--xml-file', self.file, '--simulate'),
            *('--save-graph', graph, '--save-output', self.file, *events),
        )
        return _waits(ET.parse(graph).getroot())

    def meaning(self):
        """Return the configuration without what means nothing."""
        root = ET.parse(self.file).getroot()
        return _meaning(root.find('configuration'))


def _waits(graph):
    names, first = {}, {}
    for synapse in graph.iter('synapse'):
        before = {one.get('id') for one in synapse.findall('inputs/*/*')}
        for action in synapse.find('action_set'):
            key = action.get('id')
            node = action.get('on_node', '')
            names[key] = f'{action.get("operation_key")}@{node}'
            first[key] = before
    return {
        names[key]: {names[one] for one in _all_before(key, first)}
        for key in names
    }


def _all_before(key, first):
    found, new = set(), {key}
    while new:
        new = {one for known in new for one in first[known]} - found
        found |= new
    return found


KEPT_IDS = ('primitive', 'clone', 'alert', 'node')
"""Elements that others call by their id."""

DEFAULTS = {
    'kind': 'Mandatory',
    'first-action': 'start',
    'then-action': 'start',
}


def _meaning(element):
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if DEFAULTS.get(name) != value
        and (name != 'id' or element.tag in KEPT_IDS)
    }
    children = sorted(_meaning(child) for child in element)
    return element.tag, sorted(attributes.items()), children

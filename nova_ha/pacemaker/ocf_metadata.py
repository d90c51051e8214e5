# SPDX-License-Identifier: Apache-2.0
"""The OCF agent's description, as XML after OCF 1.1."""

from xml.etree import ElementTree as ET

from nova_ha.pacemaker import ocf_parameters

SHORT = 'Runs nova-ha-fencer, the fence target of nova-ha'
LONG = (
    'Starts, stops and watches nova-ha-fencer, which powers compute hosts '
    'off for the fence agent fence_nova_ha and brings their instances back. '
    'Run it as a clone on every controller: each serves the fence agents of '
    'its own machine.\n\n'
    'Where systemd is to run the daemon, use systemd:nova-ha-fencer instead, '
    'never both: a daemon that this agent stops would be started again by '
    'systemd.\n\n'
    'A daemon that runs already is joined, not started a second time. A stop '
    'lets power-offs under way come to their end ([engine] drain_timeout, 30 '
    'seconds, for local requests and once more for the engine), so give it '
    'at least 90 seconds. Whatever is cut off is taken up again by the next '
    'start or by another controller.\n\n'
    'A monitor with OCF_CHECK_LEVEL=10 fails, too, when the daemon runs but '
    'cannot fence, and says why.'
)
HEAD = (
    '<?xml version="1.0"?>\n<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">\n'
)
# No reload-agent, which the DTD does not know: Pacemaker calls it when a
# parameter marked as reloadable changes, and none can be.
ACTIONS = (
    {'name': 'start', 'timeout': '60s'},
    {'name': 'stop', 'timeout': '90s'},
    {'name': 'monitor', 'timeout': '20s', 'interval': '10s', 'depth': '0'},
    {'name': 'monitor', 'timeout': '30s', 'interval': '60s', 'depth': '10'},
    {'name': 'reload', 'timeout': '20s'},
    {'name': 'meta-data', 'timeout': '5s'},
    {'name': 'validate-all', 'timeout': '20s'},
)


def document() -> str:
    """Return the whole document."""
    root = ET.Element('resource-agent', {'name': 'fencer', 'version': '1.0'})
    ET.SubElement(root, 'version').text = '1.1'
    _describe(root, LONG, SHORT)
    parameters = ET.SubElement(root, 'parameters')
    for row in ocf_parameters.PARAMETERS:
        _parameter(parameters, row)
    actions = ET.SubElement(root, 'actions')
    for action in ACTIONS:
        ET.SubElement(actions, 'action', action)
    ET.indent(root, '  ')
    return f'{HEAD}{ET.tostring(root, "unicode")}\n'


def _parameter(parent: ET.Element, row: ocf_parameters.Parameter) -> None:
    element = ET.SubElement(
        parent,
        'parameter',
        {'name': row.name, 'unique': '0', 'required': '0'},
    )
    _describe(element, row.more or row.about, row.about)
    ET.SubElement(
        element, 'content', {'type': 'string', 'default': row.default}
    )


def _describe(element: ET.Element, long: str, short: str) -> None:
    for tag, text in (('longdesc', long), ('shortdesc', short)):
        ET.SubElement(element, tag, {'lang': 'en'}).text = text

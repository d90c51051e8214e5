# SPDX-License-Identifier: Apache-2.0
"""What Pacemaker asks first: the agent's description, as XML.

The form is that of fence-agents' RelaxNG schema.
"""

from xml.etree import ElementTree as ET

from nova_ha.pacemaker import options

SHORT = 'Fence agent of nova-ha: verified power-off, then recovery'
LONG = (
    'fence_nova_ha asks nova-ha-fencer on the same machine to power a compute '
    'host off. It reports success as soon as the daemon has seen by a fresh '
    'read that the host is off and has recorded that durably. The instances '
    'of the host are then started elsewhere; the agent does not wait for '
    'that.\n\n'
    'The action reboot powers off, too: the daemon powers the host on once '
    'no instance has to come back from it any more.\n\n'
    'Addresses and passwords of the hosts\' BMCs are the daemon\'s affair '
    '(hosts.yaml). The agent needs none.'
)


def document() -> str:
    """Return the whole document."""
    root = ET.Element(
        'resource-agent', {'name': 'fence_nova_ha', 'shortdesc': SHORT}
    )
    ET.SubElement(root, 'longdesc').text = LONG
    ET.SubElement(root, 'vendor-url').text = 'https://www.openstack.org/'
    parameters = ET.SubElement(root, 'parameters')
    for option in options.OPTIONS:
        _parameters(parameters, option)
    actions = ET.SubElement(root, 'actions')
    for action in options.ACTIONS:
        ET.SubElement(actions, 'action', {'name': action})
    ET.indent(root, '  ')
    return '<?xml version="1.0" ?>\n' + ET.tostring(root, 'unicode') + '\n'


def _parameters(parent: ET.Element, option: options.Option) -> None:
    """Describe an option, and once more under each of its old names."""
    name, *old = option.names
    marks = {'obsoletes': old[0]} if old else {}
    _parameter(parent, option, name, marks)
    for other in old:
        _parameter(parent, option, other, {'deprecated': '1'})


def _parameter(
    parent: ET.Element,
    option: options.Option,
    name: str,
    marks: dict[str, str],
) -> None:
    required = '1' if option.key == 'action' else '0'
    element = ET.SubElement(
        parent,
        'parameter',
        {'name': name, 'unique': '0', 'required': required, **marks},
    )
    ET.SubElement(element, 'getopt', {'mixed': option.usage})
    content = ET.SubElement(element, 'content', {'type': option.kind})
    default = getattr(options.Options(), option.key)
    if default and option.kind != 'boolean':
        content.set(
            'default', f'{default:g}' if option.kind == 'second' else default
        )
    about = ET.SubElement(element, 'shortdesc', {'lang': 'en'})
    about.text = option.about

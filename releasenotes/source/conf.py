# SPDX-License-Identifier: Apache-2.0
"""How Sphinx and reno build the release notes."""

project = 'nova-ha Release Notes'
# The text is what counts; a year here would be wrong in the next one.
copyright = 'OpenStack Foundation and contributors'  # noqa: A001

extensions = [
    'openstackdocstheme',
    'reno.sphinxext',
]
master_doc = 'index'

# A page of notes belongs to a series, not to the version built from.
version = ''
release = ''

html_theme = 'openstackdocs'
openstackdocs_auto_name = False
openstackdocs_auto_version = False

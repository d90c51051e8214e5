# SPDX-License-Identifier: Apache-2.0
"""How Sphinx builds the documentation (``tox -e docs``)."""

from pathlib import Path
import sys

# Extensions of our own, which read what they show from the code.
sys.path.insert(0, str(Path(__file__).parents[1] / 'ext'))

project = 'nova-ha'
# The text is what counts; a year here would be wrong in the next one.
copyright = 'OpenStack Foundation and contributors'  # noqa: A001

extensions = [
    'cliff.sphinxext',
    'openstackdocstheme',
    'cliff.sphinxext',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'lifecycle_pages',
    'manage_commands',
    'openapi_page',
    'runbook',
    'commands_page',
]
master_doc = 'index'
nitpicky = True
# Options begin with two hyphens, and quotes may be copied into a shell.
smartquotes = False
exclude_patterns = ['**/_*.rst']

# The release is in the notes and in what the commands print.
version = ''
release = ''

html_theme = 'openstackdocs'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
# A page is the same wherever and whenever it is built.
html_last_updated_fmt = None

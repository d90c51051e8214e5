# SPDX-License-Identifier: Apache-2.0
"""A new operator: nova-ha from its wheel, by the documentation alone.

What the installation guide and the walk-through of the command line say is
typed as they say it, on the first controller of a lab with Pacemaker, through
real failures of its hosts. Only the facts of this cloud, such as addresses
and passwords, are put in the place of those of the documentation. What the
terminal shows becomes the transcripts beside the page.
"""

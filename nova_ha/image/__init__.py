# SPDX-License-Identifier: Apache-2.0
"""The gateway to glance: the snapshots of instances, and what images say.

Start at :class:`.gateway.GlanceImages`. Each call is one HTTP request a page
once a token is at hand; python-glanceclient would ask for glance's schemas
first, and build and check an object for each image, for what is a plain GET.
"""

# SPDX-License-Identifier: Apache-2.0
"""Unit tests: no network, no daemons, no sleeping."""

import hypothesis

from tests import hang

hang.guard()

# How long an example takes is the business of the machine, not of a test.
hypothesis.settings.register_profile('nova-ha', deadline=None)
hypothesis.settings.load_profile('nova-ha')

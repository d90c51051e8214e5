# SPDX-License-Identifier: Apache-2.0
"""Real nova in this process: API, conductor, scheduler, computes."""

import os

# Nova's test base patches the world with eventlet unless told not to, before
# it is first imported. It has to come first, too: it then sees to it that
# nothing imports eventlet.
os.environ.setdefault('OS_NOVA_DISABLE_EVENTLET_PATCHING', '1')

import nova.tests.functional  # noqa: F401

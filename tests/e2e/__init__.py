# SPDX-License-Identifier: Apache-2.0
"""End-to-end tests: the real daemon on the lab's real cloud.

Each test fails a host, or something the recovery needs, in its own way and
ends with the same question, asked of everybody but the daemon: does each
guest run once, where nova says, and was each evacuation asked for once?

``tox -e e2e`` brings the lab up for all of them and takes it down at the
end; a lab that is up already is used and left up. NOVA_HA_E2E_SEED repeats
the moments at which a run has killed the daemon; with NOVA_HA_E2E_KEEP_LOGS
the logs of the lab stay.
"""

from tests import hang

hang.guard()

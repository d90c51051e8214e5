# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a host dies, its instances come back, it returns.

    python -m tests.lab.demo [--pacemaker] [--report FILE] [--instances N]
        [--keep]

What is claimed at the end has been checked against witnesses other than
nova-ha: the journal of the guests, nova's records and nova-api's own log.
"""

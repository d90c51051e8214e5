# SPDX-License-Identifier: Apache-2.0
"""The gateway to Pacemaker on this machine, by its own commands.

Start at :class:`.gateway.PacemakerCluster`.
"""

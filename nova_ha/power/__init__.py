# SPDX-License-Identifier: Apache-2.0
"""Switching hosts off and on, and seeing that it happened.

Start reading at :mod:`.drivers`. This package itself imports nothing, for
the process of each IPMI action has to start quickly.
"""

# SPDX-License-Identifier: Apache-2.0
"""Known traps in Pacemaker's configuration.

A trap is a function from :class:`~.facts.Facts` to findings, marked with
:func:`~.registry.trap`; :func:`~.registry.findings` asks all of them.
:mod:`.cib` reads the cluster's configuration, :mod:`.rules` works out where
a resource may run.
"""

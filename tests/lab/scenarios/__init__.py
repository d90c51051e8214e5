# SPDX-License-Identifier: Apache-2.0
"""What can happen to a compute host, played on a lab with Pacemaker.

Each module of :mod:`.seeds` is a scenario: what happens (``play``), with what
must come of it. ``runner.py`` plays them one after another on one lab and
makes everything good in between (``stage.py``). While one is played,
``witnesses.py`` reads what Pacemaker, nova-ha, nova and the hosts themselves
write down: the transcript, and the figures (``figures.py``), are taken from
that. In every scenario the journal of the hosts is asked whether a guest ran
twice at once or was lost.

``tox -e lab -- scenarios [NAME...] --report FILE``
"""

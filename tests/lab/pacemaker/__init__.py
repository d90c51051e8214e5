# SPDX-License-Identifier: Apache-2.0
"""The lab's Pacemaker: machines in namespaces, and the cluster they form.

Each machine (``machine.py``) is a network namespace that stays and, while it
is powered on, a process tree with pid, mount, uts and ipc namespaces of its
own. A controller (``controllers.py``) runs corosync, Pacemaker and the fencer;
a compute host (``remotes.py``) runs pacemaker_remoted, through which Pacemaker
starts the host's services. ``network.py`` connects them, ``cluster.py`` asks
and tells Pacemaker, ``configuration.py`` is what the cluster is set up with.

Nothing of it is in the machine's own network namespace, file system or
process tree, but for the lab's directory.
"""

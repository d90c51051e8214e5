# SPDX-License-Identifier: Apache-2.0
"""The REST API on TCP, in a process of its own.

The daemon starts it (:mod:`.process`); it finds out who asks and whether they
may, reads what is on record in the store itself, and hands all else to the
daemon's second socket (:mod:`.child`), as a web server does that runs
nova_ha.wsgi. In the daemon's process the threads of a crowd of readers would
take the interpreter from those that fence.
"""

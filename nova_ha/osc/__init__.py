# SPDX-License-Identifier: Apache-2.0
"""``openstack ha ...``: commands for people, beside the other services'.

:mod:`.plugin` is what python-openstackclient finds; the commands are in
``v1``, a module a noun. Nothing here is imported by the service itself.
"""

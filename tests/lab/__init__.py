# SPDX-License-Identifier: Apache-2.0
"""A small OpenStack cloud on one machine, for demonstrations and tests.

Real MariaDB, RabbitMQ, memcached, keystone, placement, glance, neutron and
nova, with several nova-compute processes whose guests are make-believe but
whose bookkeeping is not, and one IPMI BMC simulator a compute host.

Use it as a command (``python -m tests.lab up``) or from Python through
:class:`tests.lab.lab.Lab`.
"""

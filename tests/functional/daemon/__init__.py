# SPDX-License-Identifier: Apache-2.0
"""nova-ha-fencer itself, a process, in a small real world.

Real SQLite or MariaDB, a real BMC simulator, and either no nova at all or
real nova in the process of the test. The whole cloud is in ``tests/e2e``.
"""

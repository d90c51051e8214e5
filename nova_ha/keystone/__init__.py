# SPDX-License-Identifier: Apache-2.0
"""From options to a connection, for the gateways to OpenStack's services.

Logging in, catalogue, TLS and the care for dead machines are the same for
all of them.
"""

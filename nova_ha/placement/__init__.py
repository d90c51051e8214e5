# SPDX-License-Identifier: Apache-2.0
"""The gateway to Placement, which is only read.

Start at :class:`.gateway.PlacementGateway`. It speaks through keystoneauth
alone: what is read are four lists of JSON.
"""

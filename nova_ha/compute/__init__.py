# SPDX-License-Identifier: Apache-2.0
"""The gateway to nova; the only importer of novaclient.

Start at :class:`.gateway.NovaCompute`. Each call is one HTTP request once
token and versions are at hand; nothing is sent twice by any layer.
"""

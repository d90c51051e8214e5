# SPDX-License-Identifier: Apache-2.0
"""The local API: HTTP on a Unix socket, for the fence agent and operators.

Start reading at :mod:`.routes`. A resource has one stem: ``handlers/fence``
is what it does, ``schemas/fence`` what it takes. What the API needs of the
engine is in :mod:`.ports`.
"""

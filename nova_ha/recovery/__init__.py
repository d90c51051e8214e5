# SPDX-License-Identifier: Apache-2.0
"""The heart: what a recovery is and what may happen to it.

Standard library only and no I/O. Start reading at :mod:`.states`, go on with
:mod:`.lifecycle`, :mod:`.safety` and :mod:`.ports`.
"""

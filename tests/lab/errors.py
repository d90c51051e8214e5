# SPDX-License-Identifier: Apache-2.0
"""The one exception of the lab."""


class LabError(Exception):
    """Something in the lab failed; the text says what and where to look."""

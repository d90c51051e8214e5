# SPDX-License-Identifier: Apache-2.0
"""What each resource does; what it takes is in ``schemas``."""

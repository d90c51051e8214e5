# SPDX-License-Identifier: Apache-2.0
"""The programs: they put the parts together and hold no logic."""

# SPDX-License-Identifier: Apache-2.0
"""One module per acting state, of the same name."""

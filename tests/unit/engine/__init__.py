# SPDX-License-Identifier: Apache-2.0
"""The engine in a simulated world."""

from tests.simulator import processor

processor.keep_to_one()

# SPDX-License-Identifier: Apache-2.0
"""Functional tests: real nova, databases, BMCs and processes."""

from tests import hang

hang.guard()

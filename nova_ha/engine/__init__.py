# SPDX-License-Identifier: Apache-2.0
"""Drives recoveries; knows the heart and its ports only."""

# SPDX-License-Identifier: Apache-2.0
"""Checks of our own for flake8; HACKING.rst lists them."""

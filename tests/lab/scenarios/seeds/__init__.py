# SPDX-License-Identifier: Apache-2.0
"""The seed behaviours, a module each.

A module has ``SEED`` (its number), ``TITLE`` and ``play(play)``.
"""

# SPDX-License-Identifier: Apache-2.0
"""The seed behaviours, a module each.

A module has ``SEED`` (its number: up to 13 those that were asked for first),
``TITLE`` and ``play(play)``.
"""

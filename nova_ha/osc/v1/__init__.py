# SPDX-License-Identifier: Apache-2.0
"""The commands for version 1 of the API, a module a noun.

A class's docstring is the command's help; setup.cfg gives it its name.
"""

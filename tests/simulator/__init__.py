# SPDX-License-Identifier: Apache-2.0
"""A world in memory for the engine's tests: nova, hosts, time, crashes.

Plain implementations of the ports; the store and the spool are the real
ones. Nothing sleeps and no thread runs: :mod:`.timeline` is the only clock.
"""

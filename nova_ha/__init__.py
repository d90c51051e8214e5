# SPDX-License-Identifier: Apache-2.0
"""nova-ha brings back the instances of a failed compute host.

Nothing is imported here: the fence agent loads this package inside its
50 ms, and must not pay for what only the daemon needs.
"""

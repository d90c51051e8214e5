# SPDX-License-Identifier: Apache-2.0
"""The checks of nova-ha-status, one module a subject.

Each is a function that takes the configuration, with every option registered
and the files read, and returns what it found. None changes anything. What
cannot be told because somebody gives no answer is a warning; what keeps the
fencer from starting, or from fencing, is a failure.
"""

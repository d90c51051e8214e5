# SPDX-License-Identifier: Apache-2.0
"""What somebody gets who installs the wheel, and nothing of the source tree.

Building and installing need a package index, as tox does: the one of uv's
settings or, with TOX_RUNNER=virtualenv, of pip's.
"""

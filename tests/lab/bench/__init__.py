# SPDX-License-Identifier: Apache-2.0
"""nova-ha against the best possible client, on the lab, in one run.

    python -m tests.lab.bench [--sizes 20,100] [--rounds K] [--report FILE]

Both start when the power of the host is verified to be off (t0), and both
are watched by the journal that the hosts keep of their guests. The other
client (:mod:`.best`) knows everything beforehand, writes nothing down and
verifies nothing; what it needs is the time nova needs.
"""

# SPDX-License-Identifier: Apache-2.0
"""What people ask about the whole cloud, wherever they ask it.

Nova-ha-manage asks in its own process. The REST API has a short process of
its own answer (:mod:`.process`, which runs :mod:`.child`): a large cloud
takes seconds of computing, which the daemon's threads, those of the fence
path among them, would have to share.
"""

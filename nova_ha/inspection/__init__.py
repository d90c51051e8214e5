# SPDX-License-Identifier: Apache-2.0
"""What people ask about the cloud: looks, and changes nothing.

It goes through the ports, as the engine does, but in threads of its own: a
nova that hangs lets people wait for a while and then tells them so, and no
recovery waits with them.
"""

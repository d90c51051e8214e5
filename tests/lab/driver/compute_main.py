# SPDX-License-Identifier: Apache-2.0
"""nova-compute, with the lab's virt driver where nova can find it.

nova looks a compute_driver up under nova.virt only, so the directory
nova_virt beside this file is made part of that package. Runs in the cloud's
virtualenv.
"""

import os
import pathlib
import sys

# Whoever started us (a BMC simulator) may have left its sockets open.
os.closerange(3, 1024)

from nova.cmd import compute  # noqa: E402  must precede other nova imports
import nova.virt  # noqa: E402

nova.virt.__path__.append(
    str(pathlib.Path(__file__).resolve().with_name('nova_virt'))
)
sys.argv[0] = 'nova-compute'
sys.exit(compute.main())

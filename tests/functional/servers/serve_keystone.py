# SPDX-License-Identifier: Apache-2.0
"""Serves keystone: PORT CONFIGURATION-FILE."""

import os
import pathlib
import sys

from cheroot import wsgi


def main() -> None:
    port, configuration = sys.argv[1:]
    path = pathlib.Path(configuration)
    os.environ['OS_KEYSTONE_CONFIG_DIR'] = str(path.parent)
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = path.name
    # Read by keystone when it is imported.
    sys.argv = sys.argv[:1]
    from keystone.wsgi import api  # noqa: PLC0415

    wsgi.Server(
        ('127.0.0.1', int(port)), api.application, numthreads=8
    ).safe_start()


if __name__ == '__main__':
    main()

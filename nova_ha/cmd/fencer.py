# SPDX-License-Identifier: Apache-2.0
"""nova-ha-fencer: the fence target that Pacemaker's agent talks to."""

from collections.abc import Sequence
import sys
import warnings

# futurist, below oslo.service, imports eventlet where it is installed and
# is told off for it; nova-ha does not use it.
warnings.filterwarnings('ignore', message='\\s*Eventlet is deprecated')

# Before anything else of oslo.service is imported: it chooses by this.
from oslo_service import backend  # noqa: E402

backend.init_backend(backend.BackendType.THREADING)

from oslo_config import cfg  # noqa: E402
from oslo_log import log as logging  # noqa: E402
from oslo_service import service  # noqa: E402

from nova_ha import conf as options  # noqa: E402
from nova_ha.api.unix_socket import SocketError  # noqa: E402
from nova_ha.cmd import configuration  # noqa: E402
from nova_ha.cmd.daemon import Fencer  # noqa: E402
from nova_ha.db import schema  # noqa: E402
from nova_ha.recovery import errors  # noqa: E402
from nova_ha.yaml_file.problems import FileError  # noqa: E402

LOG = logging.getLogger(__name__)

SWITCH = 0.0005
"""Seconds after which a thread that computes lets another one go on. A fence
request waits so long, dozens of times, where others compute; Python's own
default is ten times as much."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGTERM.

    :returns: 1 when it cannot start, with one line that says why.
    """
    try:
        sys.setswitchinterval(SWITCH)
        arguments = sys.argv[1:] if argv is None else argv
        conf = configuration.read(arguments)
        options.check(conf)
        logging.setup(conf, configuration.PROJECT)
        _check_schema(conf)
        fencer = Fencer(conf, arguments)
        service.launch(conf, fencer, restart_method='mutate', no_fork=True)
    except (
        cfg.Error,
        FileError,
        SocketError,
        errors.RecoveryError,
    ) as e:
        print(f'nova-ha-fencer: {e}', file=sys.stderr)
        return 1
    return 0


def _check_schema(conf: cfg.ConfigOpts) -> None:
    try:
        schema.check(conf)
    except errors.StoreUnavailable as e:
        LOG.error(
            'The store is away; power-offs are kept in the spool until it '
            'is back: %s',
            e,
        )


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""``python -m nova_ha.cmd.rest_api.child ARGUMENT...``, those of the daemon.

It ends when its standard input does, and with that when the daemon does.
"""

from collections.abc import Sequence
import functools
import os
import signal
import sys
import threading

from oslo_config import cfg
from oslo_log import log as logging

from nova_ha.api import front
from nova_ha.api import web
from nova_ha.api.tcp import TcpApi
from nova_ha.cmd import configuration
from nova_ha.cmd import priority
from nova_ha.db.store import SqlStore

LOG = logging.getLogger(__name__)
SIGNALS = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGTERM})


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop."""
    # Before there are threads, so that none of them is interrupted.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    priority.step_back()
    conf = configuration.read(argv)
    logging.setup(conf, configuration.PROJECT)
    archive = SqlStore(conf)
    api = TcpApi(
        conf,
        functools.partial(
            web.application, conf, str(front.path(conf)), archive
        ),
    )
    threading.Thread(target=_end_with_the_daemon, daemon=True).start()
    api.start()
    while signal.sigwait(SIGNALS) is signal.SIGHUP:
        _reload(conf, api)
    api.stop(conf.engine.drain_timeout)
    return 0


def _reload(conf: cfg.ConfigOpts, api: TcpApi) -> None:
    """Read again what may change; a mistake changes nothing."""
    try:
        conf.mutate_config_files()
    except cfg.Error as error:
        LOG.error('The REST API keeps its options: %s', error)
    api.reload()


def _end_with_the_daemon() -> None:
    """Wait for the end of standard input, which the daemon holds open."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == '__main__':
    sys.exit(main())

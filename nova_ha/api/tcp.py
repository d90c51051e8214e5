# SPDX-License-Identifier: Apache-2.0
"""Serves the REST API on TCP, beside the local one and apart from it.

It has threads of its own. Whatever keeps it from being served, its
certificate, its port, a mistake in the policy file, is told in the log and
tried again: the fence path does not wait for it.
"""

import threading

from oslo_config import cfg
from oslo_log import log

from nova_ha.api import app
from nova_ha.api import identity
from nova_ha.api import serving
from nova_ha.api import settings
from nova_ha.api import tls
from nova_ha.api.ports import Fencing
from nova_ha.api.route import Parts
from nova_ha.api.routes import ROUTES
from nova_ha.policies import enforcer

LOG = log.getLogger(__name__)
BACKLOG = 128
RETRY = 10.0
"""Seconds between two attempts to serve it."""


class TcpApi:
    """The API on TCP, once it can be served.

    :param conf: with the options of [api], and those files that the options
        of [keystone_authtoken] and [oslo_policy] are read from.
    """

    def __init__(self, conf: cfg.ConfigOpts, fencing: Fencing) -> None:
        self._conf = conf
        self._fencing = fencing
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._server: serving.Server | None = None
        self._tls: tls.Adapter | None = None

    def start(self) -> None:
        """Begin to try; returns at once and raises nothing."""
        if self._conf.api.enabled:
            threading.Thread(
                target=self._keep_trying, name='rest-api', daemon=True
            ).start()

    @property
    def serving(self) -> bool:
        """Whether requests are answered."""
        return self._server is not None

    def reload(self) -> None:
        """Read the certificate again; a bad one changes nothing."""
        if self._tls is None:
            return
        try:
            self._tls.reload()
        except tls.TlsError as error:
            LOG.error('The REST API keeps its old certificate: %s', error)

    def stop(self, timeout: float) -> None:
        """Take no more requests and let those under way end.

        :param timeout: seconds to wait for them.
        """
        self._stopping.set()
        with self._lock:
            server, self._server = self._server, None
        if server is not None and not server.drain(timeout):
            LOG.warning(
                'Requests are still under way on the REST API after %.1f s',
                timeout,
            )

    def _keep_trying(self) -> None:
        told = ''
        while not self._stopping.is_set():
            try:
                self._serve()
                return
            except Exception as error:  # whatever it is, hosts are fenced
                why = f'{type(error).__name__}: {error}'
                if why != told:
                    LOG.error(
                        'The REST API on TCP cannot be served, hosts are '
                        'fenced all the same; trying again every %d s: %s',
                        RETRY,
                        why,
                    )
                told = why
            self._stopping.wait(RETRY)

    def _serve(self) -> None:
        options = self._conf.api
        adapter = _adapter(options)
        server = serving.Server(
            (options.bind_host, options.bind_port),
            self._application(),
            options.threads,
            'rest-api',
            request_queue_size=BACKLOG,
            timeout=options.idle_timeout,
        )
        server.ssl_adapter = adapter
        with self._lock:
            if self._stopping.is_set():
                return
            server.start_in_background()
            self._server, self._tls = server, adapter
        LOG.info(
            'The REST API listens on %s port %d, %s',
            options.bind_host,
            options.bind_port,
            'with TLS' if adapter else 'without TLS',
        )

    def _application(self) -> object:
        # Half a second that only those wait who serve it.
        from nova_ha.api import tokens  # noqa: PLC0415

        gate = identity.Gate(
            tokens.protocol(self._conf), enforcer.Policy(self._conf)
        )
        return app.build(
            [route for route in ROUTES if not route.local],
            Parts(self._fencing, settings.Defaults(self._conf)),
            gate,
        )


def _adapter(options: cfg.ConfigOpts.GroupAttr) -> tls.Adapter | None:
    if not options.tls_cert_file:
        return None
    return tls.Adapter(
        tls.Files(
            options.tls_cert_file, options.tls_key_file, options.tls_ca_file
        )
    )

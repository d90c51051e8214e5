# SPDX-License-Identifier: Apache-2.0
"""Serves the REST API on TCP.

Whatever keeps it from being served, its certificate, its port, a mistake in
the policy file, is told in the log and tried again.
"""

from collections.abc import Callable
import threading

from oslo_config import cfg
from oslo_log import log

from nova_ha.api import serving
from nova_ha.api import tls

LOG = log.getLogger(__name__)
BACKLOG = 128
RETRY = 10.0
"""Seconds between two attempts to serve it."""


class TcpApi:
    """The API on TCP, once it can be served.

    :param conf: with the options of [api].
    :param application: makes what is served; may raise anything.
    """

    def __init__(
        self, conf: cfg.ConfigOpts, application: Callable[[], object]
    ) -> None:
        self._conf = conf
        self._application = application
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


def _adapter(options: cfg.ConfigOpts.GroupAttr) -> tls.Adapter | None:
    if not options.tls_cert_file:
        return None
    return tls.Adapter(
        tls.Files(
            options.tls_cert_file, options.tls_key_file, options.tls_ca_file
        )
    )

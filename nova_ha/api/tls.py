# SPDX-License-Identifier: Apache-2.0
"""TLS for the API on TCP."""

import dataclasses
import pathlib
import socket
import ssl
from typing import Any

from cheroot import makefile
from cheroot import ssl as cheroot_ssl


class TlsError(Exception):
    """TLS cannot be spoken; the text names the option and the file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Files:
    """What the options name.

    :ivar key: '' where it is in ``certificate``.
    :ivar authorities: of clients; '' where they need no certificate.
    """

    certificate: str
    key: str = ''
    authorities: str = ''


class Adapter(cheroot_ssl.Adapter):
    """Lets cheroot speak TLS.

    The handshake is left to the thread that reads the request. cheroot's own
    adapter makes it where connections are taken in, one after the other, so
    that a client which says nothing would keep all others out.

    :raises TlsError: a file cannot be used.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._context = _context(files)

    def reload(self) -> None:
        """Read the files again, for connections to come.

        :raises TlsError: one cannot be used; all stays as it was.
        """
        self._context = _context(self._files)

    def bind(self, sock: socket.socket) -> socket.socket:
        """Listen as without TLS."""
        return sock

    def wrap(
        self, sock: socket.socket
    ) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """Return the connection, and what a request is told of it."""
        wrapped = self._context.wrap_socket(
            sock, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, self.get_environ()

    def get_environ(self) -> dict[str, str]:
        """Return what a request is told of its connection."""
        return {'wsgi.url_scheme': 'https', 'HTTPS': 'on'}

    def makefile(
        self, sock: socket.socket, mode: str = 'r', bufsize: int = -1
    ) -> Any:
        """Return a file to read requests from, or to write answers to."""
        return makefile.MakeFile(sock, mode, bufsize)


def _context(files: Files) -> ssl.SSLContext:
    for option, path in (
        ('tls_cert_file', files.certificate),
        ('tls_key_file', files.key),
        ('tls_ca_file', files.authorities),
    ):
        if path and not pathlib.Path(path).is_file():
            raise TlsError(f'[api] {option}: there is no file {path}')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(
            files.certificate, files.key or None, password=_no_passphrase
        )
    except (OSError, ValueError) as error:
        raise TlsError(
            f'[api] tls_cert_file {files.certificate} and its key '
            f'{files.key or "in the same file"} cannot be used: {error}'
        ) from None
    _ask_clients(context, files.authorities)
    return context


def _ask_clients(context: ssl.SSLContext, authorities: str) -> None:
    if not authorities:
        return
    try:
        context.load_verify_locations(authorities)
    except OSError as error:
        raise TlsError(
            f'[api] tls_ca_file {authorities} cannot be used: {error}'
        ) from None
    context.verify_mode = ssl.CERT_REQUIRED


def _no_passphrase() -> str:
    """Instead of OpenSSL, which would ask the terminal.

    :raises ValueError: always.
    """
    raise ValueError(
        'the key has a passphrase, which a daemon cannot be asked'
    )

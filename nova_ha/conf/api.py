# SPDX-License-Identifier: Apache-2.0
"""[api]: the REST API for people and programs, on TCP."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'api'

TLS: Sequence[cfg.Opt] = (
    cfg.StrOpt(
        'tls_cert_file',
        default='',
        help='PEM file with the certificate of the API and those that lead '
        'to its authority. With it the API speaks TLS 1.2 or newer, and '
        'nothing else. Empty: plain HTTP, for loopback, or behind a proxy '
        'that speaks TLS. Read again on SIGHUP, so that a certificate can '
        'be renewed without a restart; one that cannot be read leaves the '
        'old one in force.',
    ),
    cfg.StrOpt(
        'tls_key_file',
        default='',
        help='PEM file with the private key of tls_cert_file, without a '
        'passphrase, for the user of the fencer to read and nobody else. '
        'Empty: it is in tls_cert_file.',
    ),
    cfg.StrOpt(
        'tls_ca_file',
        default='',
        help='PEM file with the authorities of client certificates. With it '
        'only clients that show a certificate of one of them are talked to; '
        'a token of Keystone they need as well. Empty: no certificate is '
        'asked of clients.',
    ),
)

LIMITS: Sequence[cfg.Opt] = (
    cfg.IntOpt(
        'threads',
        default=16,
        min=2,
        max=256,
        help='How many requests the API answers at the same time. Further '
        'ones wait. These threads are not those of the fence path, which '
        'are in [fencer], so no crowd of readers can hold a fence request '
        'up; yet they share the CPU and the connections to the store '
        '([database] max_pool_size), so more is not better.',
    ),
    cfg.FloatOpt(
        'idle_timeout',
        default=10.0,
        min=1.0,
        max=300.0,
        help='Seconds that a client may be silent: in the TLS handshake, '
        'within a request, and on a kept connection before the next one. '
        'Then the connection is closed.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=1,
        max=10000,
        mutable=True,
        help='Rows in one page of a list, where the request asks for more '
        'or does not say. The next page is linked from it. More rows at a '
        'time take more memory and hold a thread for longer.',
    ),
)

FRONT: Sequence[cfg.Opt] = (
    cfg.StrOpt(
        'socket',
        default='',
        help='Unix socket on which the fencer takes requests of the same API '
        'from a web server of this machine that runs nova_ha.wsgi (uWSGI, '
        'mod_wsgi), and which has found out who asks and whether they may. '
        'It is not the socket of [fencer], whose threads are the fence '
        'path\'s. Empty: there is none, and nova_ha.wsgi cannot be used. '
        'Usual: /run/nova-ha/api.sock.',
    ),
    cfg.StrOpt(
        'socket_group',
        default='',
        help='Group that may open the socket: the one that the web server '
        'runs as. The user that the fencer runs as must be root or one of '
        'the group. The name of a group that does not exist is an error. '
        'Empty: the group that the fencer runs as.',
    ),
    cfg.ListOpt(
        'socket_users',
        default=[],
        help='Users whose processes may use the socket, by the credentials '
        'the kernel vouches for; the user the fencer runs as always may. '
        'What they say of who asks is believed, so they may do all that the '
        'API can: name the user of the web server and nobody else.',
    ),
)

OPTS: Sequence[cfg.Opt] = (
    cfg.BoolOpt(
        'enabled',
        default=False,
        help='Serve the REST API on TCP. It needs [keystone_authtoken]. '
        'When it cannot be served, for instance because its port is taken, '
        'the log says so, it is tried again every 10 seconds, and the fence '
        'path goes on as ever.',
    ),
    cfg.HostAddressOpt(
        'bind_host',
        default='127.0.0.1',
        help='Address that the API listens on. 0.0.0.0 and :: are every '
        'address of this machine: set tls_cert_file then, since tokens pass '
        'through.',
    ),
    cfg.PortOpt(
        'bind_port',
        default=8790,
        min=1,
        help='TCP port that the API listens on. The endpoint in the '
        'catalogue names it, too.',
    ),
    cfg.StrOpt(
        'public_url',
        default='',
        regex='^(https?://.*)?$',
        help='URL under which clients reach the API, as in the catalogue '
        '(https://ha.example.org:8790). Links in answers begin with it. '
        'Empty: with what the client has asked for, which is wrong behind a '
        'proxy that speaks TLS.',
    ),
    *TLS,
    *LIMITS,
    *FRONT,
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]

# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: who this controller is and where its files are."""

from collections.abc import Sequence
import socket

from oslo_config import cfg

OPTS: Sequence[cfg.Opt] = (
    cfg.HostAddressOpt(
        'host',
        default=socket.gethostname(),
        sample_default='<hostname>',
        help='Name of this controller. It owns the recoveries this fencer '
        'drives, so it must differ on every controller and stay the same '
        'over restarts.',
    ),
    cfg.StrOpt(
        'state_path',
        default='/var/lib/nova-ha',
        help='Directory for the spool of verified power-offs and, unless '
        '[database] says otherwise, the SQLite store. Must be on a disk '
        'that survives a restart, and belong to the user that the fencer '
        'runs as. The systemd unit lets it write below /var/lib/nova-ha '
        'only: another directory needs ReadWritePaths in a drop-in.',
    ),
    cfg.StrOpt(
        'hosts_file',
        default='/etc/nova-ha/hosts.yaml',
        help='YAML file naming every compute host and how to switch its '
        'power. Read again on SIGHUP. It holds BMC passwords: keep it '
        'readable for the service only.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [('DEFAULT', OPTS)]

# SPDX-License-Identifier: Apache-2.0
"""[policy]: which instances are evacuated, and how."""

from collections.abc import Sequence

from oslo_config import cfg

GROUP = 'policy'

OPTS: Sequence[cfg.Opt] = (
    cfg.StrOpt(
        'rules_file',
        sample_default='/etc/nova-ha/rules.yaml',
        help='YAML file with rules about instances: which are evacuated, in '
        'what order, to what state, and what is done about local disks. Read '
        'again on SIGHUP; a file with a mistake changes nothing. Without it '
        'every instance is evacuated that loses no data by it, and those '
        "with local disks wait for their host; keys nova_ha:* on servers, "
        'flavors and host aggregates count all the same. '
        '"nova-ha-manage explain" shows what comes of it.',
    ),
)


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register the options of this module."""
    conf.register_opts(OPTS, group=GROUP)


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options of this module with their group."""
    return [(GROUP, OPTS)]

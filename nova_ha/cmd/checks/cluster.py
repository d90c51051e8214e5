# SPDX-License-Identifier: Apache-2.0
"""Pacemaker on this machine: does it find us, does it answer us."""

from collections.abc import Sequence
import os
import pathlib
import shutil

from oslo_config import cfg

from nova_ha.cluster import gateway_commands
from nova_ha.cmd.checks import account
from nova_ha.cmd.checks.findings import Findings
from nova_ha.cmd.checks.findings import Result
from nova_ha.recovery import errors

COMMANDS = ('cibadmin', 'crm_attribute', 'crm_mon', 'crm_node', 'crm_resource')
"""Those that the fencer, the checks and the generated scripts run."""

AGENTS = ('crm_resource', '--list-agents', 'ocf:nova-ha')
UNITS = (
    '/etc/systemd/system',
    '/usr/local/lib/systemd/system',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
)
UNIT = 'nova-ha-fencer.service'
FENCE_AGENT = '/usr/sbin/fence_nova_ha'
"""Pacemaker looks for fence agents there and nowhere else."""

PRIVILEGED = ('root', 'hacluster')
"""Pacemaker answers these whatever their groups."""


def check(
    conf: cfg.ConfigOpts,
    fence_agent: str = FENCE_AGENT,
    units: Sequence[str] = UNITS,
) -> Result:
    """See that Pacemaker can start the fencer and call the fence agent.

    :param fence_agent: where it has to be.
    :param units: where systemd looks for units.
    """
    findings = Findings()
    if not conf.cluster.enabled:
        return findings.result('[cluster] enabled is false: without Pacemaker')
    _commands(findings)
    _who_starts_it(conf, units, findings)
    if not os.access(fence_agent, os.X_OK):
        findings.fail(
            f'Pacemaker looks for the fence agent in {fence_agent}, where '
            'there is no such program: link it there'
        )
    _group(conf, findings)
    return findings.result(
        'Pacemaker finds the fence agent and what starts the fencer'
    )


def _commands(findings: Findings) -> None:
    path = f'{os.environ.get("PATH", "")}:{gateway_commands.PATH}'
    missing = [name for name in COMMANDS if not shutil.which(name, path=path)]
    if missing:
        findings.fail(
            f'{", ".join(missing)} of Pacemaker cannot be found: install '
            'pacemaker-cli-utils (Debian, Ubuntu) or pacemaker-cli'
        )


def _who_starts_it(
    conf: cfg.ConfigOpts, units: Sequence[str], findings: Findings
) -> None:
    seconds = conf.cluster.command_timeout
    try:
        agents = gateway_commands.run(AGENTS, seconds).split()
    except errors.ClusterError:
        # That is also how it says that there are none.
        agents = []
    found = [at for at in units if (pathlib.Path(at) / UNIT).exists()]
    if 'fencer' not in agents and not found:
        findings.fail(
            'Pacemaker finds neither ocf:nova-ha:fencer nor '
            'systemd:nova-ha-fencer: link the agent fencer to '
            '/usr/lib/ocf/resource.d/nova-ha/fencer, or the unit '
            f'{UNIT} to {UNITS[0]}'
        )


def _group(conf: cfg.ConfigOpts, findings: Findings) -> None:
    group = conf.fencer.socket_group
    try:
        user = account.owner_of(pathlib.Path(conf.state_path))
        if user.in_group(group) or user.name in PRIVILEGED:
            return
    except OSError:
        return  # told by the check of state_path
    except KeyError:
        findings.fail(
            f'[fencer] socket_group: there is no group {group}; install '
            'Pacemaker, which brings it'
        )
        return
    findings.fail(
        f'user {user.name}, whom the fencer runs as since state_path is '
        f'theirs, is not in the group {group}: Pacemaker does not answer it; '
        f'usermod --append --groups {group} {user.name}'
    )

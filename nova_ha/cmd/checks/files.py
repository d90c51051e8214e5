# SPDX-License-Identifier: Apache-2.0
"""The files that an operator writes: are they right, and rightly kept."""

from collections.abc import Iterable
from collections.abc import Iterator
import pathlib
import threading

from oslo_config import cfg

from nova_ha import hosts
from nova_ha import rules
from nova_ha.clock import SystemClock
from nova_ha.cmd.checks import account
from nova_ha.cmd.checks import options
from nova_ha.cmd.checks.findings import Findings
from nova_ha.cmd.checks.findings import Result
from nova_ha.hosts import secret_files
from nova_ha.power.drivers import Power
from nova_ha.yaml_file.problems import FileError


def check_hosts(conf: cfg.ConfigOpts) -> Result:
    """Load the hosts file as the fencer does."""
    findings = Findings()
    try:
        loaded = _hosts(conf)
    except FileError as error:
        findings.fail(error)
        return findings.result('')
    findings.warn_all(loaded.warnings)
    return findings.result(f'{conf.hosts_file}: {len(loaded.hosts)} hosts')


def check_rules(conf: cfg.ConfigOpts) -> Result:
    """Load the rules file as the fencer does."""
    findings = Findings()
    file = conf.policy.rules_file
    if not file:
        return findings.result('[policy] rules_file is not set: no rules')
    try:
        loaded = rules.read(file)
    except FileError as error:
        findings.fail(error)
        return findings.result('')
    findings.warn_all(loaded.warnings)
    return findings.result(f'{file}: {len(loaded.rules.rules)} rules')


def check_rights(conf: cfg.ConfigOpts) -> Result:
    """See who can read what: the fencer all, strangers no secret."""
    findings = Findings()
    try:
        user = account.owner_of(pathlib.Path(conf.state_path))
    except OSError as error:
        findings.fail(
            f'[DEFAULT] state_path {conf.state_path}: {error.strerror}; make '
            'it and give it to the user that the fencer runs as '
            '(systemd-tmpfiles --create does, where nova-ha is a package)'
        )
        return findings.result('')
    configuration = options.files_of(conf)
    for file in (*configuration, *_read_too(conf)):
        if not user.may(file, account.READ):
            findings.fail(
                f'{file} cannot be read by user {user.name}, whom the fencer '
                'runs as since state_path is theirs: chgrp it to their group '
                f'and chmod 0640 {file}'
            )
    findings.warn_all(_open_to_all(configuration))
    return findings.result(
        f'the fencer runs as user {user.name}, who can read what it needs'
    )


def _hosts(conf: cfg.ConfigOpts) -> hosts.Loaded:
    power = Power(conf, SystemClock(), threading.Event())
    try:
        return hosts.read(conf.hosts_file, power.schemas())
    finally:
        power.close()


def _read_too(conf: cfg.ConfigOpts) -> Iterator[pathlib.Path]:
    """Yield what else the fencer reads, as far as it is there."""
    for name in (conf.hosts_file, conf.policy.rules_file):
        if name and pathlib.Path(name).exists():
            yield pathlib.Path(name)
    try:
        yield from _hosts(conf).secret_paths
    except FileError:
        return  # told by the check of the hosts file


def _open_to_all(files: Iterable[pathlib.Path]) -> Iterator[str]:
    for file in files:
        if secret_files.others_may_read(file) and options.holds_secret(file):
            yield (
                f'{file} holds a password, but every user of this machine '
                f'may read it: chmod 0640 {file}'
            )

# SPDX-License-Identifier: Apache-2.0
"""The store and the spool: what they hold, and whether they can be used."""

from collections.abc import Iterator
import pathlib

from oslo_config import cfg

from nova_ha.cmd.checks import account
from nova_ha.cmd.checks.findings import Findings
from nova_ha.cmd.checks.findings import Result
from nova_ha.db import schema
from nova_ha.db import spool
from nova_ha.db import spool_format
from nova_ha.db import sqlite
from nova_ha.db import url as urls
from nova_ha.recovery import errors


def check_store(conf: cfg.ConfigOpts) -> Result:
    """Compare the schema with the one that this release needs."""
    findings = Findings()
    good = ''
    try:
        url = urls.from_conf(conf)
        if schema.unversioned(conf):
            findings.fail(
                f'{urls.describe(url)} has tables, but no version of '
                "nova-ha's schema: it belongs to another program, or was "
                'restored in part; correct [database] connection, or '
                'restore all of it'
            )
        else:
            schema.check(conf)
        good = f'{urls.describe(url)} has schema {schema.head()}'
    except errors.StoreUnavailable as error:
        findings.warn(
            f'cannot be told: {error}; the fencer starts without the store '
            'and keeps power-offs in its spool'
        )
    except errors.StoreError as error:
        findings.fail(error)
    return findings.result(good)


def check_state(conf: cfg.ConfigOpts) -> Result:
    """See that the fencer can write in its directory, and what is left."""
    findings = Findings()
    state = pathlib.Path(conf.state_path)
    try:
        user = account.owner_of(state)
    except OSError as error:
        findings.fail(f'state_path {state}: {error.strerror}')
        return findings.result('')
    directory = state / spool.DIRECTORY
    for path, how in ((state, account.ENTER), *_inside(conf, directory)):
        if path.exists() and not user.may(path, how):
            findings.fail(
                f'{path} cannot be written by user {user.name}, whom the '
                'fencer runs as since state_path is theirs: chown '
                f'{user.name} {path}'
            )
    _look_into(directory, findings)
    return findings.result(f'{directory} is empty and can be written')


def _inside(
    conf: cfg.ConfigOpts, directory: pathlib.Path
) -> Iterator[tuple[pathlib.Path, int]]:
    """Yield what there is below state_path, as far as it is known."""
    yield directory, account.ENTER
    try:
        url = urls.from_conf(conf)
        if url.get_backend_name() == 'sqlite':
            yield sqlite.path_of(url), account.CHANGE
    except errors.StoreError:
        return  # told by the check of the store


def _look_into(directory: pathlib.Path, findings: Findings) -> None:
    try:
        names = sorted(path.name for path in directory.iterdir())
    except FileNotFoundError:
        return  # made at its first use
    except OSError as error:
        findings.fail(f'{directory} cannot be read: {error.strerror}')
        return
    waiting = [name for name in names if name.endswith(spool.SUFFIX)]
    corrupt = [name for name in names if name.endswith(spool.CORRUPT)]
    if waiting:
        findings.warn(
            f'{len(waiting)} verified power-offs wait in {directory} to be '
            'taken into the store: they are, as soon as the fencer runs and '
            'the store answers; do not remove them'
        )
    for name in waiting:
        try:
            spool_format.load((directory / name).read_bytes())
        except (OSError, spool_format.CorruptRecord) as error:
            findings.fail(
                f'{directory / name} cannot be read by this release '
                f'({error}): let the release that wrote it take it in first'
            )
    for name in corrupt:
        findings.warn(
            f'{directory / name} tells of a verified power-off that could '
            'not be read: see that its host is recovered, and remove it'
        )

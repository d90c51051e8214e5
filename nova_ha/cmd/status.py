# SPDX-License-Identifier: Apache-2.0
"""nova-ha-status: whether this controller is ready for this release.

To be run with the new release installed, before its fencer is started; it
changes nothing, and may be run at any time.
"""

from collections.abc import Sequence
import logging
import sys
import types
from typing import Any
import warnings

# As in the fencer, for oslo.service is asked for its options.
warnings.filterwarnings('ignore', message='\\s*Eventlet is deprecated')

from oslo_service import backend  # noqa: E402

backend.init_backend(backend.BackendType.THREADING)

from oslo_config import cfg  # noqa: E402
from oslo_upgradecheck import upgradecheck  # noqa: E402

from nova_ha.cmd import configuration  # noqa: E402
from nova_ha.cmd.checks import cloud  # noqa: E402
from nova_ha.cmd.checks import cluster  # noqa: E402
from nova_ha.cmd.checks import files  # noqa: E402
from nova_ha.cmd.checks import options as files_read  # noqa: E402
from nova_ha.cmd.checks import store  # noqa: E402
from nova_ha.cmd.checks.findings import Check  # noqa: E402
from nova_ha.cmd.checks.findings import Code  # noqa: E402
from nova_ha.cmd.checks.findings import Result  # noqa: E402

CHECKS: Sequence[tuple[str, Check]] = (
    ('Configuration', files_read.check),
    ('Hosts file', files.check_hosts),
    ('Rules file', files.check_rules),
    ('Rights on files', files.check_rights),
    ('Store', store.check_store),
    ('State and spool', store.check_state),
    ('Nova', cloud.check_nova),
    ('Placement', cloud.check_placement),
    ('Glance', cloud.check_glance),
    ('Pacemaker', cluster.check),
)


class Checks(upgradecheck.UpgradeCommands):
    """``upgrade check``."""

    display_title = 'nova-ha: is it ready for this release?'

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._upgrade_checks = tuple(
            (name, (Checks._run, {'check': check})) for name, check in CHECKS
        )

    def _run(self, check: Check) -> Result:
        return check(self._conf)


class Unreadable(upgradecheck.UpgradeCommands):
    """The same where the configuration cannot be read: nothing else can."""

    display_title = Checks.display_title

    def __init__(self, error: cfg.Error) -> None:
        self._text = ' '.join(str(error).split())
        self._upgrade_checks = ((CHECKS[0][0], Unreadable._tell),)

    def _tell(self) -> Result:
        return Result(Code.FAILURE, f'{self._text}; nothing else was checked')


def main(argv: Sequence[str] | None = None) -> int:
    """Run the checks and print what they found.

    :returns: as for every OpenStack service: 0 all is well, 1 something has
        to be looked at, 2 something must be mended, 255 the checks
        themselves broke off.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # What is said is said in the results.
    logging.getLogger().addHandler(logging.NullHandler())
    conf = configuration.unread()
    upgradecheck.register_cli_options(conf, Checks(conf))
    try:
        configuration.load(conf, arguments, 'nova-ha-status')
    except cfg.Error as error:
        return int(_unreadable(error, arguments))
    upgradecheck.CONF = conf
    return int(upgradecheck.run(conf))


def _unreadable(error: cfg.Error, arguments: Sequence[str]) -> Code:
    # The library looks there for --json.
    command = types.SimpleNamespace(json='--json' in arguments)
    found: Any = types.SimpleNamespace(command=command)
    upgradecheck.CONF = found
    return Unreadable(error).check()


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Decides by the rules in code and by those of the operator's policy file."""

from collections.abc import Mapping
import logging
import threading
from typing import Any
from typing import TypeAlias

from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy

from nova_ha import policies

LOG = logging.getLogger(__name__)
Enforcer: TypeAlias = policy.Enforcer


class Forbidden(Exception):
    """The rules do not allow it; the text names the rule."""


class Policy:
    """The rules in force; a policy file that changes is read again.

    :raises ValueError: the policy file cannot be used, at the first look.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._enforcer = enforcer(conf)
        # While it reads the file anew there are moments without rules.
        self._lock = threading.Lock()
        self._enforcer.load_rules()

    def check(self, rule: str, credentials: Mapping[str, Any]) -> None:
        """Let it pass, or not.

        :param credentials: as oslo.context tells them.
        :raises Forbidden: the rule does not allow it.
        """
        with self._lock:
            self._reload()
            try:
                self._enforcer.authorize(
                    rule, {}, dict(credentials), do_raise=True
                )
            except policy.InvalidScope:
                raise Forbidden(
                    f'{rule} takes a token for the system, or for a project'
                ) from None
            except policy.PolicyNotAuthorized:
                raise Forbidden(
                    f'{rule} does not allow it: it takes another role, or '
                    'the role on the whole system (--os-system-scope all)'
                ) from None

    def _reload(self) -> None:
        """A mistake in the policy file leaves the rules as they were."""
        try:
            self._enforcer.load_rules()
        except Exception as error:  # what a YAML or rule parser may raise
            LOG.error(
                'The policy file cannot be used, the rules stay as they '
                'were: %s',
                error,
            )


def enforcer(conf: cfg.ConfigOpts) -> Enforcer:
    """Return an enforcer that knows every rule of nova-ha."""
    opts.set_defaults(conf)
    found = Enforcer(conf)
    found.register_defaults(policies.list_rules())
    return found

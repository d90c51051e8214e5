# SPDX-License-Identifier: Apache-2.0
"""Who asks over TCP: Keystone says who it is, the policy what they may."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import Protocol

import falcon
from keystoneauth1 import exceptions
from oslo_context import context
from oslo_log import log

from nova_ha.api import errors
from nova_ha.api.operations import Access
from nova_ha.policies.enforcer import Forbidden

LOG = log.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Policy(Protocol):
    """As :class:`nova_ha.policies.enforcer.Policy` decides."""

    def check(self, rule: str, credentials: Mapping[str, Any]) -> None:
        """Let it pass.

        :raises Forbidden: the rule does not allow it.
        """


class Gate:
    """Middleware: lets in whom Keystone knows and the policy allows.

    :param protocol: keystonemiddleware's auth_token around :func:`known`,
        which does not defer its decision.
    """

    def __init__(self, protocol: Wsgi, policy: Policy) -> None:
        self._protocol = protocol
        self._policy = policy

    def process_resource(
        self,
        request: falcon.Request,
        response: falcon.Response,
        resource: object,
        params: Mapping[str, object],
    ) -> None:
        """Ask for each operation; Falcon itself answers other methods."""
        operation = request.context.operation
        if operation is None or operation.rule is Access.PUBLIC:
            return
        identity = self._identity(request.env)
        request.context.identity = identity
        request.context.user = name_of(identity)
        try:
            self._policy.check(operation.rule, identity.to_policy_values())
        except Forbidden as error:
            raise errors.BadRequest(
                str(error), 'policy.forbidden', 403
            ) from None

    def _identity(self, environment: dict[str, Any]) -> context.RequestContext:
        """Return whom the token belongs to.

        :raises errors.BadRequest: there is none, or it is not good.
        """
        try:
            status, headers = _asked(self._protocol, environment)
        except exceptions.ClientException as error:
            LOG.warning('Keystone cannot say whose token it is: %s', error)
            status, headers = 503, []
        if status == _KNOWN:
            return context.RequestContext.from_environ(
                environment, overwrite=False
            )
        if status == 401:
            raise errors.BadRequest(
                'a token of Keystone is needed in X-Auth-Token, and this is '
                'none that is good now'
                if environment.get('HTTP_X_AUTH_TOKEN')
                else 'a token of Keystone is needed in X-Auth-Token',
                'auth.required',
                401,
                headers={
                    name: value
                    for name, value in headers
                    if name.lower() == 'www-authenticate'
                },
            )
        raise errors.BadRequest(
            'Keystone does not answer, so it cannot be known who asks; on '
            'a controller nova-ha-manage works without it',
            'auth.unavailable',
            503,
            retriable=True,
        )


def name_of(identity: context.RequestContext) -> str:
    """Return the user's name, for the record: ``alice@Default``."""
    name = identity.user_name or identity.user_id or 'nobody'
    domain = identity.user_domain_name
    return f'{name}@{domain}' if domain else str(name)


_KNOWN = 204


def known(
    environment: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """What auth_token lets through to: nothing but the fact that it does.

    What it found out is in the environment then.
    """
    start_response(f'{_KNOWN} Known', [])
    return []


def _asked(
    protocol: Wsgi, environment: dict[str, Any]
) -> tuple[int, list[tuple[str, str]]]:
    """Return the status and headers with which auth_token answers."""
    said: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], None]:
        said.append((int(status.split(maxsplit=1)[0]), headers))
        return lambda _: None

    for _ in protocol(environment, start_response):
        pass
    return said[-1]

# SPDX-License-Identifier: Apache-2.0
"""What went wrong, in a line: what it is, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from keystoneauth1 import exceptions as ks
from osc_lib import exceptions

SERVICE_TYPE = 'compute-ha'

BY_CODE: Mapping[str, str] = {
    'host.unknown': '"openstack ha host list" shows the hosts that nova-ha '
    'knows',
    'recovery.unknown': '"openstack ha recovery list" shows those there are',
    'recovery.illegal-transition': '"openstack ha recovery show" says what '
    'state it is in and what it waits for',
    'recovery.unsafe': '"openstack ha recovery show" says what state it is '
    'in and what it waits for',
    'mode.observe': 'nova-ha acts again after "openstack ha mode set armed '
    '--reason WHY"',
    'spare.not-lent': '"openstack ha spare list" shows which spares are on '
    'loan',
    'route.unknown': 'the service may be older than this client, or the '
    'endpoint may not be that of nova-ha',
    'store.active-exists': 'that host has a recovery already: "openstack ha '
    'recovery list --host HOST --active"',
}
"""What to do, by the code of the service's error."""

BY_STATUS: Mapping[int, str] = {
    400: 'see what the command takes with --help',
    401: 'log in again; if that does not help, the service cannot check '
    'tokens: see [keystone_authtoken] in its configuration',
    403: 'ask for the role that it takes: reader to see, manager to act on '
    'recoveries, admin for what powers hosts off or changes the mode; '
    '"openstack role assignment list --names --user YOU" shows yours',
    404: 'see whether the name is right',
    406: 'choose another with --os-compute-ha-api-version',
    409: 'see how things stand now, and try again',
    500: 'the log of nova-ha-fencer says more, under the request id',
    503: 'try again soon; "openstack ha health show" says what is wrong',
}
"""The same by HTTP's status, where the code has nothing of its own."""

ELSE = '"openstack ha health show" says how the service is'


class ServiceError(exceptions.CommandError):
    """The service said no, or nothing.

    :ivar status: HTTP's; 0 where there was no answer.
    :ivar code: the service's own word for the error; '' where it had none.
    :ivar away: nobody is to blame for the request: asked again later, it
        may well succeed.
    """

    def __init__(
        self, text: str, status: int = 0, code: str = '', away: bool = False
    ) -> None:
        super().__init__(line(text))
        self.status = status
        self.code = code
        self.away = away


def told(error: ks.ClientException, url: str | None) -> ServiceError:
    """Return what is said about an error of keystoneauth.

    :param url: of the service; None while it has not been found.
    """
    if isinstance(error, ks.HttpError):
        return _answered(error, url)
    if isinstance(error, ks.ConnectionError):
        return _unreachable(error, url)
    if isinstance(error, ks.DiscoveryFailure):
        return _no_discovery(error, url)
    if isinstance(error, ks.MissingAuthPlugin | ks.AuthorizationFailure):
        return ServiceError(f'{error}: log in again', 401)
    return ServiceError(f'{error}: {ELSE}')


def not_in_catalogue(
    region: str | None, interface: str | None
) -> ServiceError:
    """Return what is said where the catalogue does not name the service."""
    where = [f'region {region}'] if region else []
    where += [f'interface {interface}'] if interface else []
    return ServiceError(
        f'The catalogue has no endpoint of {SERVICE_TYPE}'
        f'{" for " if where else ""}{" and ".join(where)}. '
        'Register it: "openstack service create --name nova-ha '
        f'{SERVICE_TYPE}", then "openstack endpoint create {SERVICE_TYPE} '
        'public URL"; or name it with --os-compute-ha-endpoint-override URL.'
    )


def line(text: str) -> str:
    """Return the text as one line that a terminal can be shown."""
    shown = ''.join(c if c.isprintable() else ' ' for c in text)
    return ' '.join(shown.split())


def _answered(error: ks.HttpError, url: str | None) -> ServiceError:
    if not _ours(str(error.url or ''), url):
        return ServiceError(
            f'Keystone says: {error}. See "openstack endpoint list --service '
            'identity", and whether your credentials are still good.',
            error.http_status,
            away=error.http_status >= 500,
        )
    said = _said(error)
    code, status = str(said.get('code') or ''), error.http_status
    message = str(said.get('message') or f'{url} says no')
    what_to_do = BY_CODE.get(code) or BY_STATUS.get(status) or ELSE
    if status == 404 and not code:
        what_to_do = BY_CODE['route.unknown']
    request_id = error.request_id or ''
    trail = [f'HTTP {status}', *filter(None, (code, request_id))]
    # A load balancer says 502 and 504 for a service that is away; nova-ha
    # says them, with a code, for what lies behind it.
    away = status in {429, 503} or (status in {502, 504} and not code)
    return ServiceError(
        f'{message.rstrip(". ")}: {what_to_do}. ({", ".join(trail)})',
        status,
        code,
        away or bool(said.get('retriable') and status >= 500),
    )


def _ours(text: str, url: str | None) -> bool:
    """Tell whether this names our service, and not Keystone, which is asked
    whenever a new token is needed.
    """
    return url is not None and url.rstrip('/') in text


def _said(error: ks.HttpError) -> Mapping[str, Any]:
    """Return the error as the service told it; nothing if it did not."""
    try:
        body = error.response.json() if error.response is not None else {}
    except ValueError:
        return {}
    said = body.get('error') if isinstance(body, dict) else None
    return said if isinstance(said, dict) else {}


def _unreachable(error: ks.ConnectionError, url: str | None) -> ServiceError:
    if isinstance(error, ks.SSLError):
        return ServiceError(
            f'{error}: name the authority that signed its certificate with '
            '--os-cacert FILE'
        )
    if not _ours(str(error), url):
        return ServiceError(
            f'Keystone does not answer: {error}. See whether it runs, and '
            'whether OS_AUTH_URL is right.',
            away=True,
        )
    return ServiceError(
        f'nova-ha does not answer at {url}: {_cause(error)}. See whether '
        'nova-ha-fencer runs there ("systemctl status nova-ha-fencer"), and '
        'whether the endpoint is right ("openstack endpoint list --service '
        f'{SERVICE_TYPE}").',
        away=True,
    )


def _cause(error: Exception) -> str:
    """Return why, in the words of the operating system if it had some."""
    cause: BaseException | None = error
    while cause is not None:
        reason = getattr(cause, 'reason', None)
        if isinstance(reason, BaseException):
            cause = reason
        elif isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        else:
            cause = cause.__cause__ or cause.__context__
    text = str(error)
    return 'connection refused' if 'refused' in text else text


def _no_discovery(error: ks.DiscoveryFailure, url: str | None) -> ServiceError:
    if url is None:
        # Keystone's own, while a token is fetched.
        return ServiceError(f'{error}', away=True)
    return ServiceError(
        f'What answers at {url} is not nova-ha: {error}. See "openstack '
        f'endpoint list --service {SERVICE_TYPE}".'
    )

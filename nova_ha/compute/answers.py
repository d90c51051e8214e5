# SPDX-License-Identifier: Apache-2.0
"""What went wrong, in the heart's words.

Two parties answer: keystone through keystoneauth's exceptions, nova through
novaclient's (its session client never raises keystoneauth's HTTP errors).
"""

from collections.abc import Iterator
import contextlib

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from novaclient import exceptions as nova_exceptions

from nova_ha.keystone import connection
from nova_ha.recovery import errors

#: Beside 5xx: another try may be answered.
TRY_LATER = frozenset({408, 413, 429})

ROLE_HINT = (
    'the user of [nova] needs the role admin in its project, or this policy '
    "granted in nova's policy file"
)


class ComputeMisconfigured(errors.ComputeError):
    """[nova] cannot work as it is written; the text names the option."""


@contextlib.contextmanager
def to(what: str) -> Iterator[None]:
    """Translate what comes out of a request.

    :param what: what was asked for, to follow "cannot": 'enable X'.
    """
    try:
        yield
    except nova_exceptions.ClientException as error:
        raise _from_nova(what, error) from error
    except ks_exceptions.ClientException as error:
        raise _from_keystone(what, error) from error
    except OSError as error:
        raise errors.ComputeUnavailable(f'cannot {what}: {error}') from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise errors.ComputeUnavailable(
            f'cannot {what}: the answer is not what nova answers '
            f'({type(error).__name__}: {error}); is a proxy between?'
        ) from error


def no_endpoint(adapter: ks_adapter.Adapter) -> ComputeMisconfigured:
    """Say that the catalogue lacks nova as [nova] describes it."""
    return ComputeMisconfigured(
        "keystone's catalogue has no endpoint with "
        f'{connection.described(adapter)}: correct these options of [nova] '
        '(openstack catalog list), or the catalogue'
    )


def _from_nova(
    what: str, error: nova_exceptions.ClientException
) -> errors.ComputeError:
    code = int(error.code)
    words = error.message or 'no explanation'
    told = f'{words} ({_origin(error)})'
    if code in TRY_LATER or code >= 500:
        return errors.ComputeUnavailable(
            f'nova cannot {what} now: {told}{_retry_after(error)}'
        )
    refused = f'nova refused to {what}: {told}'
    if code == 401:
        return errors.ComputeForbidden(
            f'{refused}. It does not accept even a new token of the user of '
            '[nova]: do nova and [nova] auth_url use the same keystone?',
            code,
        )
    if code == 403:
        return errors.ComputeForbidden(f'{refused}; {ROLE_HINT}', code)
    if code == 404:
        return errors.ComputeNotFound(refused)
    return errors.ComputeRefused(refused, code)


def _origin(error: nova_exceptions.ClientException) -> str:
    if error.request_id:
        return f'HTTP {error.code}, {error.request_id}'
    return f'HTTP {error.code}'


def _retry_after(error: nova_exceptions.ClientException) -> str:
    seconds = getattr(error, 'retry_after', 0)
    return f'; it asks to wait {seconds} s' if seconds else ''


def _from_keystone(
    what: str, error: ks_exceptions.ClientException
) -> errors.ComputeError:
    """Translate what keystone said, or that nobody did."""
    text = f'cannot {what}: {error}'
    if isinstance(error, ks_exceptions.SSLError):
        return errors.ComputeUnavailable(f'{text}; see [nova] cafile')
    if isinstance(
        error,
        (ks_exceptions.ConnectionError, ks_exceptions.DiscoveryFailure),
    ):
        return errors.ComputeUnavailable(text)
    if isinstance(error, ks_exceptions.HttpError):
        return _from_keystone_status(what, error)
    return ComputeMisconfigured(f'{text}; see the options of [nova]')


def _from_keystone_status(
    what: str, error: ks_exceptions.HttpError
) -> errors.ComputeError:
    code = int(error.http_status)
    text = f'cannot {what}: keystone answered {error}'
    if code in TRY_LATER or code >= 500:
        return errors.ComputeUnavailable(text)
    if code in {401, 403}:
        return errors.ComputeForbidden(
            f'{text}; see user, password, project and domains in [nova]', code
        )
    return ComputeMisconfigured(f'{text}; see [nova] auth_url')

# SPDX-License-Identifier: Apache-2.0
"""What went wrong, in the heart's words."""

from collections.abc import Iterator
import contextlib

from keystoneauth1 import exceptions as ks_exceptions

from nova_ha.recovery import errors

#: Beside 5xx: another try may be answered.
TRY_LATER = frozenset({408, 429})

RIGHTS = (
    'the user of [nova] needs the role admin or service, or the policies '
    'placement:resource_providers:list, placement:resource_providers:'
    'inventories:list, placement:resource_providers:allocations:list and '
    "placement:traits:list in Placement's policy file"
)


@contextlib.contextmanager
def to(what: str) -> Iterator[None]:
    """Translate what comes out of a request.

    :param what: what was asked for, to follow "cannot": 'list the traits'.
    """
    try:
        yield
    except ks_exceptions.HttpError as error:
        raise _from_status(what, error) from error
    except (ks_exceptions.CatalogException, ks_exceptions.EndpointNotFound):
        raise errors.PlacementError(
            f"cannot {what}: keystone's catalogue has no endpoint of "
            'Placement as [placement] describes it: correct service_type, '
            'service_name, valid_interfaces and region_name there '
            '(openstack catalog list), set endpoint_override, or correct '
            'the catalogue'
        ) from None
    except ks_exceptions.ClientException as error:
        raise errors.PlacementUnavailable(f'cannot {what}: {error}') from error
    # Before OSError, which requests also calls an answer that is no JSON.
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise errors.PlacementUnavailable(
            f'cannot {what}: the answer is not what Placement answers '
            f'({type(error).__name__}: {error}); is [placement] '
            'endpoint_override right, is a proxy between?'
        ) from error
    except OSError as error:
        raise errors.PlacementUnavailable(f'cannot {what}: {error}') from error


def _from_status(
    what: str, error: ks_exceptions.HttpError
) -> errors.PlacementError:
    code = int(error.http_status)
    told = f'{error.message or "no explanation"} (HTTP {code} of {error.url})'
    if code in TRY_LATER or code >= 500:
        return errors.PlacementUnavailable(f'cannot {what} now: {told}')
    text = f'cannot {what}: {told}'
    if code in {401, 403}:
        return errors.PlacementError(f'{text}; {RIGHTS}')
    if code == 406:
        return errors.PlacementError(
            f'{text}; nova-ha needs microversion 1.18 of Placement, Rocky '
            'or later'
        )
    return errors.PlacementError(
        f'{text}; is this Placement? see [placement] endpoint_override'
    )

# SPDX-License-Identifier: Apache-2.0
"""What went wrong with glance, in the heart's words."""

from collections.abc import Iterator
import contextlib

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions

from nova_ha.keystone import connection
from nova_ha.recovery import errors

#: Beside 5xx: another try may be answered.
TRY_LATER = frozenset({408, 413, 429})

ROLE_HINT = (
    'the user of [glance] must see every project\'s images: give it the role '
    "admin, or the policies get_images and get_image in glance's policy file"
)


class ImageMisconfigured(errors.ImageError):
    """[glance] cannot work as it is written; the text names the option."""


@contextlib.contextmanager
def to(what: str, adapter: ks_adapter.Adapter) -> Iterator[None]:
    """Translate what comes out of a request.

    :param what: what was asked for, to follow "cannot".
    """
    try:
        yield
    except ks_exceptions.EndpointNotFound as error:
        raise ImageMisconfigured(
            "keystone's catalogue has no endpoint with "
            f'{connection.described(adapter)}: correct these options of '
            '[glance] (openstack catalog list), or the catalogue'
        ) from error
    except ks_exceptions.HttpError as error:
        raise _from_status(what, error) from error
    except ks_exceptions.SSLError as error:
        raise errors.ImageUnavailable(
            f'cannot {what}: {error}; see [glance] cafile'
        ) from error
    except (
        ks_exceptions.ConnectionError,
        ks_exceptions.DiscoveryFailure,
        OSError,
    ) as error:
        raise errors.ImageUnavailable(f'cannot {what}: {error}') from error
    except ks_exceptions.ClientException as error:
        raise ImageMisconfigured(
            f'cannot {what}: {error}; see the options of [glance]'
        ) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise errors.ImageUnavailable(
            f'cannot {what}: the answer is not what glance answers '
            f'({type(error).__name__}: {error}); is a proxy between?'
        ) from error


def _from_status(
    what: str, error: ks_exceptions.HttpError
) -> errors.ImageError:
    code = int(error.http_status)
    # Keystone's answers come through here as well; the text names the URL.
    said = f'{error} ({error.method or "?"} {error.url or "?"})'
    if code in TRY_LATER or code >= 500:
        return errors.ImageUnavailable(f'cannot {what} now: {said}')
    if code in {401, 403}:
        return errors.ImageForbidden(f'may not {what}: {said}; {ROLE_HINT}')
    if code == 404:
        return errors.ImageNotFound(
            f'cannot {what}: {said}; it is deleted, or {ROLE_HINT}'
        )
    return errors.ImageError(f'glance refused to {what}: {said}')

# SPDX-License-Identifier: Apache-2.0
"""Which microversion to speak: asked once, kept while it is good."""

from collections.abc import Iterator
import contextlib
import dataclasses
import re
import threading
from typing import Any
from urllib import parse

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from novaclient import api_versions
from novaclient import client as nova_client
from novaclient import exceptions as nova_exceptions

from nova_ha.compute import answers
from nova_ha.compute import client
from nova_ha.recovery import errors

NEEDED = api_versions.APIVersion('2.53')
"""Status, reason and forced_down of a service in one request (Pike)."""

WANTED = api_versions.APIVersion('2.94')
"""The last at which an evacuated instance keeps its state: from 2.95 on
nova leaves it stopped."""

STOPPING = api_versions.APIVersion('2.95')
"""Spoken only to have an evacuated instance left stopped."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Current:
    endpoint: str
    nova: client.Nova


class Negotiated:
    """Nova at the best microversion that both sides know.

    The version document is read once per endpoint, and again when the
    catalogue of a later token shows another endpoint or when nova no
    longer knows the microversion.

    :param wanted: the newest to speak.
    """

    def __init__(
        self,
        adapter: ks_adapter.Adapter,
        wanted: api_versions.APIVersion = WANTED,
    ) -> None:
        self._adapter = adapter
        self._wanted = wanted
        self._lock = threading.Lock()
        self._current: _Current | None = None

    def nova(self) -> client.Nova:
        """Return nova; no request when it is known already.

        :raises ComputeTooOld: it lacks a microversion that is needed.
        """
        endpoint = self._endpoint()
        current = self._current
        if current is not None and current.endpoint == endpoint:
            return current.nova
        with self._lock:
            current = self._current
            if current is None or current.endpoint != endpoint:
                current = _Current(endpoint, self._negotiate(endpoint))
                self._current = current
        return current.nova

    @contextlib.contextmanager
    def using(self) -> Iterator[client.Nova]:
        """Lend nova for one call; negotiate anew should that be needed."""
        try:
            yield self.nova()
        except nova_exceptions.NotAcceptable as error:
            self._current = None
            raise errors.ComputeUnavailable(
                f'nova no longer takes the microversion agreed on: {error}; '
                'it is negotiated again'
            ) from error

    def renew_token(self) -> None:
        """Fetch a token unless the one at hand is good for a while."""
        self._adapter.get_token()

    def _endpoint(self) -> str:
        """Return nova's URL as option or catalogue has it; no request."""
        try:
            endpoint = self._adapter.get_endpoint()
        except ks_exceptions.CatalogException as error:
            raise answers.no_endpoint(self._adapter) from error
        if not endpoint:
            raise answers.no_endpoint(self._adapter)
        return str(endpoint)

    def _negotiate(self, endpoint: str) -> client.Nova:
        url = versioned(endpoint)
        document = _document(self._adapter, url)
        chosen = choose(document, url, self._wanted)
        stopping = (
            self._api(url, STOPPING) if knows(document, STOPPING) else None
        )
        return client.Nova(
            self._api(url, chosen), chosen.get_string(), stopping
        )

    def _api(
        self, url: str, microversion: api_versions.APIVersion
    ) -> nova_client.Client:
        api = nova_client.Client(
            microversion.get_string(),
            session=self._adapter.session,
            auth=self._adapter.auth,
            endpoint_override=url,
            service_type=self._adapter.service_type or 'compute',
        )
        # Let the session name us, and novaclient after us, in nova's logs.
        api.client.user_agent = None
        return api


def versioned(endpoint: str) -> str:
    """Return the URL below which nova's API v2.1 lies.

    Catalogues hold it with and without version and project; the project
    has long been optional.
    """
    parts = parse.urlsplit(endpoint)
    root = re.split(r'/v2(?:\.\d+)?(?:/|$)', parts.path, maxsplit=1)[0]
    path = root.rstrip('/') + '/v2.1'
    return f'{parts.scheme}://{parts.netloc}{path}'


def choose(
    document: dict[str, Any],
    url: str,
    wanted: api_versions.APIVersion = WANTED,
) -> api_versions.APIVersion:
    """Return the microversion to speak.

    :param document: nova's version document.
    :param wanted: the newest to speak.
    :raises ComputeTooOld: nova's newest is older than what is needed.
    """
    newest = api_versions.APIVersion(document['version'] or '2.0')
    oldest = api_versions.APIVersion(document['min_version'] or '2.0')
    chosen = min(newest, wanted)
    if newest < NEEDED or chosen < oldest:
        raise errors.ComputeTooOld(
            f'nova at {url} speaks microversions '
            f'{oldest.get_string()} to {newest.get_string()}; nova-ha needs '
            f'{NEEDED.get_string()} at least (and speaks '
            f'{wanted.get_string()} at most). Upgrade nova to 16.0 (Pike) or '
            'later, or correct [nova] endpoint_override'
        )
    return chosen


def knows(
    document: dict[str, Any], microversion: api_versions.APIVersion
) -> bool:
    """Whether nova speaks this microversion.

    :param document: nova's version document.
    """
    newest = api_versions.APIVersion(document['version'] or '2.0')
    oldest = api_versions.APIVersion(document['min_version'] or '2.0')
    return bool(oldest <= microversion <= newest)


def _document(adapter: ks_adapter.Adapter, url: str) -> dict[str, Any]:
    response = adapter.get(f'{url}/', raise_exc=False)
    body = response.json()
    if response.status_code >= 400:
        raise nova_exceptions.from_response(response, body, url, 'GET')
    version = body['version']
    if not isinstance(version, dict):
        raise TypeError('version is no object')
    return version

# SPDX-License-Identifier: Apache-2.0
"""Asks the service; knows HTTP, and nothing of commands."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
from email import utils as email_utils
from typing import Any
import urllib.parse

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import discover
from keystoneauth1 import exceptions as ks
from keystoneauth1 import session as ks_session

from nova_ha.osc import errors

MAJOR = '1'
TIMEOUT = 60.0
"""Seconds for the service to begin its answer."""

PAGE = 1000
"""No more may be asked for at a time; the service may give less."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the service said.

    :ivar at: when, by the service's own clock if it told, else by ours.
    """

    body: dict[str, Any]
    at: datetime.datetime


class Client:
    """The compute-ha API, version 1.

    :param adapter: finds the service and puts the token on requests.
    """

    def __init__(self, adapter: ks_adapter.Adapter) -> None:
        self._adapter = adapter
        self._root: str | None = None
        self._url: str | None = None

    @classmethod
    def of(
        cls,
        session: ks_session.Session,
        region_name: str | None = None,
        interface: str | None = None,
        override: str | None = None,
        microversion: str | None = None,
    ) -> 'Client':
        """Return a client; nothing is asked yet.

        :param override: a URL to use instead of the catalogue's.
        :param microversion: asked for with every request.
        """
        return cls(
            ks_adapter.Adapter(
                session,
                service_type=errors.SERVICE_TYPE,
                interface=interface,
                region_name=region_name,
                endpoint_override=override,
                default_microversion=microversion,
            )
        )

    def get(self, *path: str, **query: Any) -> dict[str, Any]:
        """Return what is at a path, given in its parts."""
        return self.ask('GET', *path, query=query).body

    def post(self, *path: str, **body: Any) -> dict[str, Any]:
        """Have something done."""
        return self.ask('POST', *path, body=body).body

    def put(self, *path: str, **body: Any) -> dict[str, Any]:
        """Set something."""
        return self.ask('PUT', *path, body=body).body

    def ask(
        self,
        method: str,
        *path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: frozenset[int] = frozenset(),
        timeout: float = TIMEOUT,
    ) -> Answer:
        """Ask once.

        :param query: what is None is left out.
        :param accept: statuses that are an answer, though HTTP calls them
            errors.
        :param timeout: seconds.
        :raises errors.ServiceError: there was no answer, or it was no.
        """
        parts = '/'.join(urllib.parse.quote(part, safe='') for part in path)
        more: dict[str, Any] = {} if body is None else {'json': dict(body)}
        try:
            response = self._adapter.request(
                f'{self._v1()}/{parts}',
                method,
                params=_query(query or {}),
                headers={'Accept': 'application/json'},
                timeout=timeout,
                raise_exc=False,
                **more,
            )
            if response.status_code >= 400 and (
                response.status_code not in accept
            ):
                raise ks.from_response(response, method, response.url)
            return Answer(_object(response), _clock(response))
        except ks.ClientException as error:
            raise errors.told(error, self._root) from error

    def pages(
        self, key: str, *path: str, limit: int | None = None, **query: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, page after page.

        :param key: of the list in each answer.
        :param limit: no more than so many items; None: all there are.
        """
        left = limit
        while left is None or left > 0:
            asked = {**query, 'limit': left and min(left, PAGE)}
            page = self.get(*path, **asked)
            items = page.get(key) or []
            yield from items[:left]
            following = _next(page.get(f'{key}_links') or [])
            if not items or following is None:
                return
            before, query = query, {**query, **following}
            if _query(query) == _query(before):
                raise errors.ServiceError(
                    f'The service gives the same page of {key} again and '
                    f'again: {errors.ELSE}.'
                )
            left = None if left is None else left - len(items)

    def _v1(self) -> str:
        """Return the URL of version 1, found once.

        :raises errors.ServiceError: it is not there.
        """
        if self._url is None:
            self._root = self._endpoint().rstrip('/')
            self._url = self._discovered(self._root)
        return self._url

    def _endpoint(self) -> str:
        try:
            found = self._adapter.get_endpoint(skip_discovery=True)
        except ks.CatalogException:
            found = None
        if found is None:
            raise errors.not_in_catalogue(
                self._adapter.region_name, _word(self._adapter.interface)
            )
        return found

    def _discovered(self, root: str) -> str:
        found = discover.Discover(
            self._adapter.session, root, authenticated=False
        )
        url = found.url_for(MAJOR)
        if url is None:
            raise errors.ServiceError(
                f'nova-ha at {root} has no version {MAJOR} of its API: this '
                'client is too old or too new for it.'
            )
        return url.rstrip('/')


def _word(interface: Any) -> str | None:
    return interface if isinstance(interface, str) else None


def _query(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for key, value in query.items():
        values = value if isinstance(value, list | tuple) else [value]
        name = key.replace('_', '-')
        found += [(name, _said(v)) for v in values if v is not None]
    return found


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _next(links: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the question that the next page is the answer to.

    Only what is asked is taken from the link: where to ask is known, and a
    proxy may have made the link's address one that cannot be reached.
    """
    for link in links:
        if link.get('rel') == 'next':
            query = urllib.parse.urlsplit(str(link.get('href'))).query
            asked = urllib.parse.parse_qs(query)
            asked.pop('limit', None)
            return {
                key.replace('-', '_'): values[0]
                if len(values) == 1
                else values
                for key, values in asked.items()
            }
    return None


def _object(response: Any) -> dict[str, Any]:
    """Return the JSON of an answer."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    raise errors.ServiceError(
        f'What answers at {response.url} is not nova-ha: it sends no JSON '
        'object. See "openstack endpoint list --service '
        f'{errors.SERVICE_TYPE}".'
    )


def _clock(response: Any) -> datetime.datetime:
    try:
        return email_utils.parsedate_to_datetime(response.headers['Date'])
    except (KeyError, TypeError, ValueError):
        return datetime.datetime.now(datetime.UTC)

# SPDX-License-Identifier: Apache-2.0
"""Glance, as the engine knows it (:class:`nova_ha.recovery.ports.Images`)."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import re
from typing import Any
from typing import Self
from typing import TYPE_CHECKING
from urllib import parse

from keystoneauth1 import adapter as ks_adapter
from keystoneauth1 import exceptions as ks_exceptions
from oslo_config import cfg

from nova_ha.conf import glance as glance_conf
from nova_ha.image import answers
from nova_ha.image import rows
from nova_ha.keystone import connection
from nova_ha.recovery import disks
from nova_ha.recovery import ports
from nova_ha.recovery.model import Snapshot

NEWEST_FIRST = {'sort': 'created_at:desc'}

EVERYBODYS = {'visibility': 'all'}
"""Without it glance leaves out what other projects call community images."""


class GlanceImages:
    """Glance v2 through a keystoneauth session. Safe to use from threads.

    :param adapter: tells session, user and endpoint.
    :param page_size: images to ask for in one request.
    """

    def __init__(
        self,
        adapter: ks_adapter.Adapter,
        page_size: Callable[[], int] = lambda: 200,
    ) -> None:
        self._adapter = adapter
        self._page_size = page_size

    @classmethod
    def from_conf(cls, conf: cfg.ConfigOpts) -> Self:
        """Make one as ``[glance]`` says, without asking anybody yet.

        :raises ImageMisconfigured: an option is missing or wrong.
        """
        engine = conf.engine
        threads = engine.evacuation_workers + engine.recovery_workers
        try:
            adapter = connection.adapter(conf, glance_conf.GROUP, threads)
        except connection.Misconfigured as error:
            raise answers.ImageMisconfigured(str(error)) from error
        return cls(adapter, lambda: int(conf[glance_conf.GROUP].page_size))

    def newest_snapshot(self, instance: str) -> Snapshot | None:
        """Return the newest active snapshot of an instance; see the port.

        Glance filters by the instance and sorts; it cannot ask for one of
        two image_types, so those few rows are looked through here.
        """
        query = {'instance_uuid': instance, **EVERYBODYS, **NEWEST_FIRST}
        what = f'list the snapshots of instance {instance}'
        with answers.to(what, self._adapter):
            return _best(self._snapshots(query))

    def newest_snapshots(self) -> Mapping[str, Snapshot]:
        """Return the newest of each instance, in two lists for all."""
        found: dict[str, list[Snapshot]] = {}
        with answers.to('list the snapshots of all', self._adapter):
            for kind in sorted(rows.TYPES):
                query = {'image_type': kind, **EVERYBODYS, **NEWEST_FIRST}
                for one in self._snapshots(query):
                    found.setdefault(one.instance, []).append(one)
        newest = {uuid: _best(_sorted(them)) for uuid, them in found.items()}
        return {uuid: one for uuid, one in newest.items() if one is not None}

    def check(self) -> None:
        """Return if glance lists images, of whatever project.

        :raises ImageError: it does not, and why.
        """
        with answers.to('list images', self._adapter):
            if 'images' not in self._get(
                '/images', {'limit': '1', **EVERYBODYS}
            ):
                raise TypeError('no images in the answer')

    def properties(self, image: str) -> Mapping[str, str]:
        """Return the properties of the image with this uuid."""
        with answers.to(f'show image {image}', self._adapter):
            return rows.properties(self._get(f'/images/{image}', {}))

    def _snapshots(self, query: Mapping[str, str]) -> Iterator[Snapshot]:
        """Return snapshots page by page, as far as they are asked for."""
        marker: dict[str, str] = {}
        while True:
            limit = {'limit': str(self._page_size())}
            body = self._get('/images', {**query, **limit, **marker})
            found = body['images']
            for row in found:
                if rows.is_snapshot(row):
                    yield rows.snapshot(row)
            # The link's own URL may name glance as it is behind a proxy.
            if not found or not body.get('next'):
                return
            marker = {'marker': str(found[-1]['id'])}

    def _get(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        url = f'{self._root()}{path}'
        if query:
            url = f'{url}?{parse.urlencode(query)}'
        body = self._adapter.get(url, headers={'Accept': 'application/json'})
        found: Mapping[str, Any] = body.json()
        return found

    def _root(self) -> str:
        """Return the URL of v2; catalogues hold it with and without.

        No request once a token is there: that brings the catalogue.
        """
        endpoint = self._adapter.get_endpoint()
        if not endpoint:
            raise ks_exceptions.EndpointNotFound
        parts = parse.urlsplit(str(endpoint))
        path = re.split(r'/v\d+(?:\.\d+)?(?:/|$)', parts.path, maxsplit=1)[0]
        return f'{parts.scheme}://{parts.netloc}{path.rstrip("/")}/v2'


def _sorted(snapshots: Iterable[Snapshot]) -> Iterable[Snapshot]:
    return sorted(snapshots, key=lambda s: s.created_at, reverse=True)


def _best(newest_first: Iterable[Snapshot]) -> Snapshot | None:
    """Return the first that can be put back, else the first."""
    first: Snapshot | None = None
    for one in newest_first:
        if one.status == disks.ACTIVE:
            return one
        first = first or one
    return first


if TYPE_CHECKING:

    def _conforms(gateway: GlanceImages) -> ports.Images:
        return gateway

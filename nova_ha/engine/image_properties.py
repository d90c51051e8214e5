# SPDX-License-Identifier: Apache-2.0
"""The properties of images, each image asked for once in a while."""

from collections.abc import Iterable
from collections.abc import Mapping
import threading

from nova_ha.recovery import errors
from nova_ha.recovery import ports
from nova_ha.recovery.rules import Unread

KEPT = 600.0
"""Seconds for which the properties of an image are taken to stay."""

Properties = Mapping[str, str] | Unread


class ImageProperties:
    """Remembers what glance said.

    :param images: None where there is no glance to ask.
    """

    def __init__(
        self, images: ports.Images | None, clock: ports.Clock
    ) -> None:
        self._images = images
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Mapping[str, str]]] = {}

    def of(self, images: Iterable[str]) -> Mapping[str, Properties]:
        """Return the properties by image; one request each that is new.

        A glance that does not answer is not asked for the others.
        """
        found: dict[str, Properties] = {}
        silent: Unread | None = None
        for image in sorted(set(images)):
            known = self._remembered(image)
            if known is not None:
                found[image] = known
            elif silent is not None:
                found[image] = silent
            else:
                found[image], silent = self._ask(image)
        return found

    def _ask(self, image: str) -> tuple[Properties, Unread | None]:
        """Return the properties, and why no other is to be asked for."""
        if self._images is None:
            unread = Unread('the image is not known: there is no glance here')
            return unread, unread
        try:
            found = self._images.properties(image)
        except errors.RecoveryError as error:
            unread = Unread(f'image {image} cannot be read: {error}')
            gone = isinstance(error, errors.Retriable)
            return unread, unread if gone else None
        with self._lock:
            self._known[image] = (self._clock.monotonic(), found)
        return found, None

    def _remembered(self, image: str) -> Mapping[str, str] | None:
        now = self._clock.monotonic()
        with self._lock:
            for key, (at, _) in list(self._known.items()):
                if now - at > KEPT:
                    del self._known[key]
            known = self._known.get(image)
        return known[1] if known else None

# SPDX-License-Identifier: Apache-2.0
"""The version of an answer: ``OpenStack-API-Version: compute-ha 1.0``.

A change that a client could notice gets a new minor version; who asks for an
older one, or for none, gets what they know.
"""

import dataclasses
import re

import falcon

from nova_ha.api import errors

HEADER = 'OpenStack-API-Version'
SERVICE = 'compute-ha'

_NUMBER = re.compile(r'(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})', re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Version:
    """Of the API, not of the program."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f'{self.major}.{self.minor}'


MINIMUM = Version(1, 0)
MAXIMUM = Version(1, 0)


class Negotiation:
    """Middleware: agrees on a version, and says in the answer which one."""

    def process_request(
        self, request: falcon.Request, response: falcon.Response
    ) -> None:
        response.append_header('Vary', HEADER)
        # Said in answers that refuse the version too.
        response.set_header(HEADER, f'{SERVICE} {MAXIMUM}')
        version = wanted(request.get_header(HEADER))
        request.context.version = version
        response.set_header(HEADER, f'{SERVICE} {version}')


def wanted(header: str | None) -> Version:
    """Return the version that a header asks for; the oldest if it is silent.

    :param header: may name other services too, with commas between.
    :raises errors.BadRequest: it cannot be read, or there is no such one.
    """
    for part in (header or '').split(','):
        service, _, number = part.strip().partition(' ')
        if service.lower() == SERVICE:
            return _supported(number.strip())
    return MINIMUM


def _supported(text: str) -> Version:
    if text.lower() == 'latest':
        return MAXIMUM
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise errors.BadRequest(
            f'{HEADER}: {text!r} is no version; say for instance '
            f'{SERVICE} {MAXIMUM}, or {SERVICE} latest',
            'version.invalid',
        )
    version = Version(int(found[1]), int(found[2]))
    if not MINIMUM <= version <= MAXIMUM:
        raise errors.BadRequest(
            f'{HEADER}: there are the versions {MINIMUM} to {MAXIMUM}, not '
            f'{version}',
            'version.unsupported',
            406,
        )
    return version

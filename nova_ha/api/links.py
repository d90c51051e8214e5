# SPDX-License-Identifier: Apache-2.0
"""Addresses of the API in its own answers."""

import falcon

from nova_ha.api import settings


def root(request: falcon.Request, defaults: settings.Defaults) -> str:
    """Return the URL below which the API is, without a slash at its end.

    What the catalogue says, if [api] public_url tells; else where the client
    believes that it is.
    """
    return (defaults.public_url or request.prefix).rstrip('/')

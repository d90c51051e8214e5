# SPDX-License-Identifier: Apache-2.0
"""The REST API without the process that it has of its own."""

from nova_ha.api import app
from nova_ha.api import identity
from nova_ha.api import settings
from nova_ha.api import tokens
from nova_ha.api.route import Parts
from nova_ha.api.routes import ROUTES
from nova_ha.policies import enforcer


def application(conf, engine):
    """Return what asks Keystone and the policy, and then the engine."""
    return app.build(
        [route for route in ROUTES if not route.local],
        Parts(engine.archive, engine, settings.Defaults(conf)),
        identity.Gate(tokens.protocol(conf), enforcer.Policy(conf)),
    )

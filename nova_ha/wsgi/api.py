# SPDX-License-Identifier: Apache-2.0
"""What uWSGI and mod_wsgi load.

It reads the files that the daemon reads; ``OS_NOVA_HA_CONFIG_FILES`` names
others, with semicolons between. Of their options it uses [api] socket,
[keystone_authtoken], [oslo_policy] and those of oslo.log. Who asks and whether
they may is settled here; the rest does the fencer of this machine.
"""

import os

from oslo_config import cfg
from oslo_log import log

from nova_ha.api import web
from nova_ha.cmd import configuration

FILES = 'OS_NOVA_HA_CONFIG_FILES'


def _configuration() -> cfg.ConfigOpts:
    files = [name for name in os.environ.get(FILES, '').split(';') if name]
    conf = configuration.unread()
    configuration.load(conf, [], files=files or None)
    log.setup(conf, configuration.PROJECT)
    return conf


_conf = _configuration()
application = web.application(_conf, web.named_socket(_conf))

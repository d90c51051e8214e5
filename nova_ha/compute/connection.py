# SPDX-License-Identifier: Apache-2.0
"""From [nova] to a keystoneauth adapter, without asking anybody yet."""

from keystoneauth1 import adapter as ks_adapter
from oslo_config import cfg

from nova_ha.compute import answers
from nova_ha.conf import nova as nova_conf
from nova_ha.keystone import connection


def from_conf(conf: cfg.ConfigOpts) -> ks_adapter.Adapter:
    """Return the adapter that [nova] describes.

    :raises ComputeMisconfigured: an option is missing or wrong.
    """
    threads = conf.engine.evacuation_workers + conf.engine.recovery_workers
    try:
        return connection.adapter(conf, nova_conf.GROUP, threads)
    except connection.Misconfigured as error:
        raise answers.ComputeMisconfigured(str(error)) from error

# SPDX-License-Identifier: Apache-2.0
"""The REST API in a web server instead of the daemon's own TCP port.

For uWSGI: ``module = nova_ha.wsgi.api:application``.
"""

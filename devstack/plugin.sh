#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154
# (DevStack and settings set what is read here)
#
# What DevStack calls, in each of its phases: plugin.sh MODE [PHASE]. All that
# is done is in lib/nova-ha.

# shellcheck source=devstack/lib/nova-ha
source "$NOVA_HA_DIR/devstack/lib/nova-ha"

case "$1 ${2:-}" in
    "stack pre-install")
        install_nova_ha_packages
        ;;
    "stack install")
        install_nova_ha
        ;;
    "stack post-config")
        configure_nova_ha
        init_nova_ha
        ;;
    "stack extra")
        start_nova_ha
        ;;
    "stack test-config")
        check_nova_ha
        ;;
    "unstack "*)
        stop_nova_ha
        ;;
    "clean "*)
        cleanup_nova_ha
        ;;
esac

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC1090,SC1091,SC2034,SC2154
# (files that only the sandbox has, and variables for them or of theirs)
#
# phases.sh stack PHASE... | unstack | clean
#
# Runs phases of the plugin as DevStack's scripts of these names do: with the
# library of a DevStack in $TOP_DIR, or, without one, with the recorder.

SANDBOX_CODE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mode=$1
shift

# Writes down a call of what has no effect here.
function record {
    python3 -IS -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$@" \
        >>"$SANDBOX/calls"
}

function load_devstack {
    # It reads the sandbox's localrc from beside it.
    source "$TOP_DIR/stackrc"
    GetDistro
    source "$TOP_DIR/lib/database"
    initialize_database_backends
    define_database_baseurl
    local library
    for library in apache tls keystone glance nova placement neutron; do
        source "$TOP_DIR/lib/$library"
    done
    SSL_BUNDLE_FILE=$DATA_DIR/ca-bundle.pem
}

function load_recorder {
    source "$SANDBOX_CODE/recorder.sh"
    source "$SANDBOX/localrc"
    set_defaults
}

if [[ -n "${TOP_DIR:-}" ]]; then
    load_devstack
else
    load_recorder
fi
load_plugin_settings
if [[ "$mode" != stack ]]; then
    # Only stack.sh has it.
    unset -f echo_summary
    run_phase "$mode"
    exit
fi

function echo_summary {
    echo "summary: $*"
}

set -o errexit
for phase in "$@"; do
    echo "=== $mode $phase"
    # Traced, as stack.sh is, so that secrets in the log are found.
    set -o xtrace
    run_phase "$mode" "$phase"
    set +o xtrace
done

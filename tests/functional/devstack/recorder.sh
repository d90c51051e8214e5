#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154
# (what is set here the plugin reads, what is read here the sandbox sets)
#
# Those functions of DevStack that the plugin calls, with the same arguments
# and, as far as they can be had in a sandbox, the same effects: files are
# written, packages installed into the virtual environment, databases made,
# services started. Written anew, for the tests; what DevStack's own library
# makes of the plugin is tested where there is one (NOVA_HA_DEVSTACK_DIR).

declare -A -g GITDIR
DEVSTACK_PLUGINS=""

# What stackrc sets where localrc has not
function set_defaults {
    REGION_NAME=RegionOne
    SERVICE_PROTOCOL=http
    SERVICE_HOST=${SERVICE_HOST:-$HOST_IP}
    SERVICE_LISTEN_ADDRESS=${SERVICE_LISTEN_ADDRESS:-0.0.0.0}
    SERVICE_TIMEOUT=60
    SYSTEMD_DIR=$HOME/.local/share/systemd/user
    SYSTEMCTL="systemctl --user"
    VIRT_DRIVER=${VIRT_DRIVER:-libvirt}
    DATABASE_TYPE=${DATABASE_TYPE:-mysql}
    ENABLE_DEBUG_LOG_LEVEL=True
    LOG_COLOR=False
    SSL_BUNDLE_FILE=$DATA_DIR/ca-bundle.pem
    MEMCACHE_SERVERS=localhost:11211
    NOVA_CONF=/etc/nova/nova.conf
    KEYSTONE_SERVICE_URI=http://$SERVICE_HOST/identity
    SERVICE_DOMAIN_NAME=Default
    SERVICE_PROJECT_NAME=service
}

# Words
# -----

function echo_summary {
    echo "summary: $*"
}

function warn {
    echo "[WARNING] line $1: ${*:2}"
}

function die {
    echo "[ERROR] line $1: ${*:2}" >&2
    exit 1
}

function trueorfalse {
    case ${!2:-} in
        1 | yes | Yes | YES | true | True | TRUE) echo True ;;
        0 | no | No | NO | false | False | FALSE) echo False ;;
        *) echo "$1" ;;
    esac
}

function ipv6_unquote {
    echo "${1//[\[\]]/}"
}

# Machine
# -------

function is_fedora {
    [[ "$DISTRO" == rhel* ]]
}

function is_package_installed {
    return 0
}

function install_package {
    apt-get install "$@"
}

function add_user_to_group {
    sudo usermod -a -G "$2" "$1"
}

function start_service {
    sudo systemctl start "$1"
}

function stop_service {
    sudo systemctl stop "$1"
}

function get_python_exec_prefix {
    echo "$DEVSTACK_VENV/bin"
}

# setup_develop directory [extras]
function setup_develop {
    "$DEVSTACK_VENV/bin/pip" install -e "$1${2:+[$2]}"
}

# test_with_retry command message [seconds [pause]]
function test_with_retry {
    if ! timeout "${3:-10}" sh -c "while ! $1; do sleep ${4:-0.5}; done"; then
        die $LINENO "$2"
    fi
}

# wait_for_service seconds url
function wait_for_service {
    local end
    local code
    local xtrace
    xtrace=$(set +o | grep xtrace)
    set +o xtrace
    end=$((SECONDS + $1))
    while ((SECONDS < end)); do
        code=$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$2") ||
            code=000
        if [[ "$code" != 000 && "$code" != 503 ]]; then
            $xtrace
            return 0
        fi
        sleep 0.2
    done
    $xtrace
    return 1
}

function start_tls_proxy {
    record start_tls_proxy "$@"
}

# Files
# -----

function iniset {
    python3 -IS "$SANDBOX_CODE/ini.py" set "$@"
}

function iniget {
    python3 -IS "$SANDBOX_CODE/ini.py" get "$@"
}

function setup_logging {
    iniset "$1" DEFAULT log_color "$LOG_COLOR"
}

# Database
# --------

function recreate_database {
    local login=(-u"$DATABASE_USER" -p"$DATABASE_PASSWORD" -h"$MYSQL_HOST")
    mysql "${login[@]}" -e "DROP DATABASE IF EXISTS $1;"
    mysql "${login[@]}" -e "CREATE DATABASE $1 CHARACTER SET utf8;"
}

function database_connection_url {
    echo "$BASE_SQL_CONN/$1?charset=utf8"
}

# Keystone
# --------

function configure_keystoneauth {
    iniset "$1" "$3" auth_type password
    iniset "$1" "$3" interface public
    iniset "$1" "$3" auth_url "$KEYSTONE_SERVICE_URI"
    iniset "$1" "$3" username "$2"
    iniset "$1" "$3" password "$SERVICE_PASSWORD"
    iniset "$1" "$3" user_domain_name "$SERVICE_DOMAIN_NAME"
    iniset "$1" "$3" project_name "$SERVICE_PROJECT_NAME"
    iniset "$1" "$3" project_domain_name "$SERVICE_DOMAIN_NAME"
}

# configure_keystone_authtoken_middleware file user [section [service type]]
function configure_keystone_authtoken_middleware {
    local section=${3:-keystone_authtoken}
    configure_keystoneauth "$1" "$2" "$section"
    iniset "$1" "$section" www_authenticate_uri "$KEYSTONE_SERVICE_URI"
    iniset "$1" "$section" cafile "$SSL_BUNDLE_FILE"
    iniset "$1" "$section" memcached_servers "$MEMCACHE_SERVERS"
    if [[ -n "${4:-}" ]]; then
        iniset "$1" "$section" service_type "$4"
    fi
}

function create_service_user {
    openstack user create "$1" --password "$SERVICE_PASSWORD" \
        --domain "$SERVICE_DOMAIN_NAME"
    openstack role add service --user "$1" --project "$SERVICE_PROJECT_NAME"
    if [[ -n "${2:-}" ]]; then
        openstack role add "$2" --user "$1" --project "$SERVICE_PROJECT_NAME"
    fi
}

# get_or_create_service name type description
function get_or_create_service {
    openstack service create "$2" --name "$1" --description="$3"
}

# get_or_create_endpoint type region url
function get_or_create_endpoint {
    openstack endpoint create "$1" public "$3" --region "$2"
}

# Services
# --------

function is_service_enabled {
    local service
    for service in "$@"; do
        if [[ ",$ENABLED_SERVICES," == *",$service,"* ]]; then
            return 0
        fi
        if declare -F "is_${service}_enabled" >/dev/null; then
            "is_${service}_enabled" && return 0
        fi
        if [[ "$service" == n-cpu-* ]] && is_service_enabled n-cpu; then
            return 0
        fi
    done
    return 1
}

function enable_service {
    local service
    for service in "$@"; do
        if ! is_service_enabled "$service"; then
            ENABLED_SERVICES+=",$service"
        fi
    done
}

# run_process service command
function run_process {
    local unit=devstack@$1.service
    if ! is_service_enabled "$1"; then
        return
    fi
    if [[ "$2" != /* ]]; then
        die $LINENO "systemd needs a full path, not '$2'"
    fi
    mkdir -p "$SYSTEMD_DIR"
    cat >"$SYSTEMD_DIR/$unit" <<UNIT
[Service]
Environment = "PATH=$PATH"
User = $STACK_USER
ExecStart = $2
UNIT
    $SYSTEMCTL daemon-reload
    $SYSTEMCTL enable "$unit"
    $SYSTEMCTL start "$unit"
}

function stop_process {
    local unit=devstack@$1.service
    if is_service_enabled "$1" && $SYSTEMCTL is-enabled "$unit"; then
        $SYSTEMCTL stop "$unit"
        $SYSTEMCTL disable "$unit"
    fi
}

# Plugins
# -------

# enable_plugin name url [branch]
function enable_plugin {
    DEVSTACK_PLUGINS+=",$1"
    GITDIR[$1]=$DEST/$1
}

function define_plugin {
    record define_plugin "$@"
}

function load_plugin_settings {
    local plugin
    for plugin in ${DEVSTACK_PLUGINS//,/ }; do
        # shellcheck source=/dev/null
        source "${GITDIR[$plugin]}/devstack/settings"
    done
}

# run_phase mode phase
function run_phase {
    local plugin
    local mode=$1
    local phase=${2:-}
    for plugin in ${DEVSTACK_PLUGINS//,/ }; do
        # Without quotes, as DevStack does: no phase is no argument.
        # shellcheck source=/dev/null disable=SC2086
        source "${GITDIR[$plugin]}/devstack/plugin.sh" $mode $phase
    done
}

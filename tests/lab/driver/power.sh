#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the power switches `host` and `machine` share; they read it in. The
# words get, set and check are the contract of ipmi_sim's chassis_control.
# One action at a time (lock); reading the power state never waits.
#
# Whoever reads this defines power_on and power_off, and has read a file of
# shell variables: HOST, HOST_DIRECTORY, JOURNAL, PID_FILE.

power_file=$HOST_DIRECTORY/power
# shellcheck disable=SC2034  # for whoever reads this
crashed_file=$HOST_DIRECTORY/crashed
guests=$HOST_DIRECTORY/guests

lock() {
    exec 9>"$HOST_DIRECTORY/lock"
    flock 9
}

# Sets $pid if the process of the pid file runs, and fails if it does not.
find_process() {
    pid=
    { read -r pid ticks <"$PID_FILE"; } 2>/dev/null || return 1
    { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || return 1
    # The start time is field 22; the name, field 2, may contain anything.
    # shellcheck disable=SC2086  # it is to be split
    set -- ${stat##*) }
    [ "$1" != Z ] && [ "${20}" = "$ticks" ]
}

# The guests stop running. They stay defined, as on a real hypervisor.
end_guests() {
    now=$(date +%s.%N)
    for guest in "$guests"/*; do
        [ -f "$guest" ] || continue
        read -r state name <"$guest"
        # 1 running, 3 paused: see nova.compute.power_state
        case $state in 1 | 3) ;; *) continue ;; esac
        # In one write, and so a whole line, whoever writes beside us.
        printf '{"time": %s, "event": "stop", %s, "uuid": "%s", %s}\n' \
            "$now" '"what": "host-power-off"' "${guest##*/}" \
            "\"host\": \"$HOST\"" >>"$JOURNAL"
        echo "4 $name" >"$guest"
    done
}

power() {
    read -r state <"$power_file"
    if [ "$state" = on ]; then echo 1; else echo 0; fi
}

get() {
    for item; do
        case $item in
        power) echo "power:$(power)" ;;
        boot) echo 'boot:default' ;;
        *) return 1 ;;
        esac
    done
}

change() {
    while [ $# -ge 2 ]; do
        case $1:$2 in
        power:1) power_on ;;
        power:0 | shutdown:*) power_off ;;
        reset:*) [ "$(power)" = 1 ] && power_off && power_on ;;
        boot:*) ;;
        *) return 1 ;;
        esac || return 1
        shift 2
    done
}

require_power() {
    if [ "$(power)" = 1 ]; then return 0; fi
    echo "$HOST is powered off" >&2
    return 1
}

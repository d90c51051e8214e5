#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bmc-chassis.sh DIRECTORY get|set|check ...
#
# The power switch of a compute host of a DevStack, as ipmi_sim calls it. To
# switch the host off is to end its nova-compute and its guests at once, without
# a word to them, as a loss of power does. DIRECTORY/power says on or off,
# DIRECTORY/machine how that is done:
#
#     systemctl='sudo systemctl'    what speaks to systemd
#     unit=devstack@n-cpu.service   nova-compute
#     guests=libvirt                whose guests are ended; none: nobody's

set -u
directory=$1
action=$2
shift 2

systemctl=false unit='' guests=none
# shellcheck source=/dev/null
. "$directory/machine"

# A host whose nova-compute somebody has started is not off, whatever was
# written down.
power() {
    if $systemctl is-active --quiet "$unit"; then
        remember on
    fi
    state=off
    if [ -r "$directory/power" ]; then
        read -r state <"$directory/power"
    fi
    echo "$state"
}

remember() {
    echo "$1" >"$directory/power.$$" &&
        mv "$directory/power.$$" "$directory/power"
}

# It says off when all has ended and not before: what is read here is the proof
# that nothing runs any more.
switch_off() {
    # It fails when nothing runs; what matters is that it has stopped then.
    $systemctl kill --signal=KILL "$unit" || :
    $systemctl stop "$unit" || return 1
    if [ "$guests" = libvirt ]; then
        end_guests || return 1
    fi
    remember off
}

end_guests() {
    running=$(sudo virsh -c qemu:///system list --uuid) || return 1
    for guest in $running; do
        sudo virsh -c qemu:///system destroy "$guest" || :
    done
    [ -z "$(sudo virsh -c qemu:///system list --uuid)" ]
}

switch_on() {
    $systemctl start "$unit" && remember on
}

reset() {
    [ "$(power)" = on ] && switch_off && switch_on
}

read_items() {
    for item; do
        case $item in
            power)
                case $(power) in
                    on) echo power:1 ;;
                    *) echo power:0 ;;
                esac
                ;;
            boot) echo boot:default ;;
            *) return 1 ;;
        esac
    done
}

write_items() {
    while [ $# -ge 2 ]; do
        case $1:$2 in
            power:1) switch_on ;;
            power:0 | shutdown:*) switch_off ;;
            reset:*) reset ;;
            boot:*) ;;
            *) return 1 ;;
        esac || return 1
        shift 2
    done
}

# What it prints is read by ipmi_sim; nothing else may be said there.
case $action in
    get) read_items "$@" ;;
    set) write_items "$@" >&2 ;;
    check) ;;
    *) exit 1 ;;
esac

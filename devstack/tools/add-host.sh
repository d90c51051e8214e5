#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# add-host.sh [-f FILE] [-n NODE] NAME PARAMETER=VALUE...
#
# Makes a compute host known to the fencer of a DevStack, on the machine where
# the fencer is: adds it to hosts.yaml, if it is not there yet, and lets a
# running fencer read the file again. For example:
#
#     add-host.sh compute2 driver=ipmi address=192.0.2.12 port=6230
#
# Parameters that are not given are those of "defaults" in the file.
#
#   -f FILE    the hosts file (/etc/nova-ha/hosts.yaml)
#   -n NODE    its name in Pacemaker, where that is not NAME

set -eu

die() {
    echo "add-host.sh: $*" >&2
    exit 1
}

# What stands for itself in YAML, between quotes or without.
plain() {
    case $1 in
        '' | *[!A-Za-z0-9._:/-]*) die "cannot write '$1' into hosts.yaml" ;;
    esac
}

file=/etc/nova-ha/hosts.yaml
node=
while getopts f:n: option; do
    case $option in
        f) file=$OPTARG ;;
        n) node=$OPTARG ;;
        *) die "usage: add-host.sh [-f FILE] [-n NODE] NAME KEY=VALUE..." ;;
    esac
done
shift $((OPTIND - 1))
[ "$#" -ge 2 ] || die "name a host and, for instance, its driver=ipmi"
[ -f "$file" ] || die "there is no $file: stack the fencer's machine first"

name=$1
shift
plain "$name"
entry="  - name: '$name'
"
if [ -n "$node" ]; then
    plain "$node"
    entry="$entry    node: '$node'
"
fi
entry="$entry    power:
"
for parameter; do
    plain "${parameter%%=*}"
    plain "${parameter#*=}"
    entry="$entry      ${parameter%%=*}: ${parameter#*=}
"
done

# Two machines may be stacked at the same time.
exec 9>>"$file"
flock 9
if grep -qxF "  - name: '$name'" "$file"; then
    echo "add-host.sh: $name is in $file already; it stays as it is"
    exit 0
fi
printf %s "$entry" >>"$file"
echo "add-host.sh: $name was added to $file"

# SYSTEMCTL is DevStack's word, "sudo systemctl", of two words mostly.
systemctl=${SYSTEMCTL:-sudo systemctl}
if $systemctl is-active --quiet devstack@n-ha.service; then
    $systemctl reload devstack@n-ha.service
fi

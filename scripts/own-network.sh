#!/bin/sh
# Runs a command in a network namespace of its own: own-network.sh COMMAND...
# A cluster in it shares no address, link, route or nft table with another cluster on this machine.
# The namespace has one address, reaches nothing outside, and ends with its last process.
set -eu
if [ "${1:-}" != inside ]; then
  exec unshare --net sh "$0" inside "$@"
fi
shift
ip link set lo up
ip link add eth0 type veth peer name outside
ip address add 192.0.2.10/24 dev eth0
ip link set outside up
ip link set eth0 up
ip route add default via 192.0.2.1
exec "$@"

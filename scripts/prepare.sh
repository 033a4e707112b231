#!/bin/sh
# Prepares a checkout to run: prepare.sh [modules | build | test]
#   modules  installs npm's packages, Node 24 among them
#   build    (default) also builds the bundle in dist/, if a source is newer
#   test     also installs the Debian packages that the tests use
# Each step is skipped if its result is there already.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$home"
say() { echo "skiff: $*" >&2; }

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "installing npm's packages"
  npm ci --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
[ "${1:-build}" = modules ] && exit 0

sources="base api store apiserver runtime controllers scheduler agent cli package-lock.json scripts/build.ts scripts/bundle.ts"
is_stale() { [ ! -f dist/skiff.mjs ] || [ -n "$(find $sources -newer dist/skiff.mjs -name '*.ts' -print -quit)" ]; }
if is_stale; then
  # Commands that come together build once: the build empties dist/ first.
  exec 9> node_modules/.build.lock
  flock 9
  if is_stale; then
    say "building"
    "$("$home/scripts/node.sh")" scripts/build.ts
  fi
  exec 9>&-
fi
[ "${1:-build}" = build ] && exit 0

sh scripts/install-packages.sh containerd runc containernetworking-plugins nftables iptables iproute2 conntrack etcd-server prometheus procps curl

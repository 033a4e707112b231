#!/bin/sh
# Prints the path of the Node that runs skiff: the one that npm installed, otherwise the machine's. It must be 24 or newer.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
own=$(command -v node || true)
# The version of a Node from npm stands in its package; to ask the program takes longer than the rest of this script.
major() {
  case $1 in */node_modules/*/bin/node) sed -n '/"version"/{s/.*"version": *"\([0-9]*\)\..*/\1/p;q}' "${1%/bin/node}/package.json" 2>/dev/null && return ;; esac
  "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0
}
for node in "$home/node_modules/.bin/node" "$home"/node_modules/node-*/bin/node $own; do
  [ -x "$node" ] || continue
  node=$(readlink -f "$node")
  if [ "$(major "$node")" -ge 24 ]; then
    echo "$node"
    exit 0
  fi
done
echo "skiff: Node 24 is needed: run 'npm ci' in $home, which brings one" >&2
exit 1

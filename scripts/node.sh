#!/bin/sh
# Prints the path of the Node that runs skiff: the one that npm installed, otherwise the machine's. It must be 24 or newer.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
own=$(command -v node || true)
major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
for node in "$home/node_modules/.bin/node" "$home"/node_modules/node-*/bin/node $own; do
  if [ -x "$node" ] && [ "$(major "$node")" -ge 24 ]; then
    readlink -f "$node"
    exit 0
  fi
done
echo "skiff: Node 24 is needed: run 'npm ci' in $home, which brings one" >&2
exit 1

